// What is there to analyse? The sample case of the tests: an interview and three documents, all invented.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../src/index.js";
import { PROJECT } from "./system.js";

const DIRECTORY = join(PROJECT, "tests/data/sample_case");
const PDF = "doc1_orthopaedic_report.he.pdf";
const TEXTS = {
  "מכתב שחרור כרמלון.txt": "doc2_discharge_letter.he.txt",
  "אישור העסקה ותלוש.txt": "doc3_employment_letter_payslip.he.txt",
};

/** Create the sample case with its call and documents; its id. */
export async function createSampleCase(client: Client): Promise<string> {
  const { id } = await client.cases.create({ title: "תביעת נכות – תמר דוגמא" });
  await client.cases.putCall(id, JSON.parse(await content("vapi_call.json")));
  const report = new Blob([await readFile(join(DIRECTORY, PDF))], { type: "application/pdf" });
  await client.documents.upload(id, report, { file_name: "סיכום אורתופדי 28.5.2026.pdf" });
  for (const [file_name, file] of Object.entries(TEXTS)) {
    await client.documents.addText(id, { file_name, text: await content(file) });
  }
  return id;
}

function content(file: string): Promise<string> {
  return readFile(join(DIRECTORY, file), "utf8");
}
