// What is there to analyse? The cases of the tests, each with an interview and documents, all invented.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../src/index.js";
import { PROJECT } from "./system.js";

const DATA = join(PROJECT, "tests/data");

/** The folders of the sample cases, and the title that each gets. */
export const SAMPLE_CASES = {
  sample_case: "תביעת נכות – תמר דוגמא",
  cardiac_case: "תביעת נכות – יוסף בן-אגדה",
  contradictions_case: "תביעת נכות – רונן לא-קיים",
  scanned_case: "תביעת נכות – עליזה דמיון-אל",
  psychiatric_case: "תביעת נכות – לאחר אשפוז פסיכיאטרי",
  hearing_case: "Disability claim – hearing loss",
} as const;

export type SampleCase = keyof typeof SAMPLE_CASES;

export interface SampleFile {
  name: string;
  type: string;
  bytes: Buffer<ArrayBuffer>;
}

/** Create a sample case with its call and documents; its id. */
export async function createSampleCase(client: Client, name: SampleCase = "sample_case"): Promise<string> {
  const { id } = await client.cases.create({ title: SAMPLE_CASES[name] });
  await client.cases.putCall(id, await sampleCall(name));
  for (const { name: file_name, type, bytes } of await sampleFiles(name)) {
    await client.documents.upload(id, new Blob([bytes], { type }), { file_name });
  }
  return id;
}

/** The interview of a sample case, as Vapi sends it. */
export async function sampleCall(name: SampleCase): Promise<object> {
  return JSON.parse(await readFile(join(DATA, name, "vapi_call.json"), "utf8"));
}

/** The documents of a sample case, in their order. */
export async function sampleFiles(name: SampleCase): Promise<SampleFile[]> {
  if (name === "sample_case")
    return Promise.all(SAMPLE_FILES.map(([file, shown, type]) => read(name, file, shown, type)));
  const listed = JSON.parse(await readFile(join(DATA, name, "case_documents.json"), "utf8"));
  return Promise.all(
    listed.map((one: { _source_file: string; file_name: string; file_type: string }) =>
      read(name, one._source_file, one.file_name, one.file_type),
    ),
  );
}

const SAMPLE_FILES = [
  ["doc1_orthopaedic_report.he.pdf", "סיכום אורתופדי 28.5.2026.pdf", "application/pdf"],
  ["doc2_discharge_letter.he.txt", "מכתב שחרור כרמלון.txt", "text/plain"],
  ["doc3_employment_letter_payslip.he.txt", "אישור העסקה ותלוש.txt", "text/plain"],
] as const;

async function read(folder: SampleCase, file: string, name: string, type: string): Promise<SampleFile> {
  return { name, type, bytes: await readFile(join(DATA, folder, file)) };
}
