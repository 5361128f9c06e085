// Which views has a case, and when is each complete?

import type { Page } from "playwright-core";
import { createSampleCase } from "../../local/sample-case.js";
import type { User } from "../system/user.js";
import type { ServedApp } from "./app.js";

interface CaseView {
  name: string;
  /** After the address of the case. */
  at: string;
  /** What stands on it when it is complete. */
  ready: string;
  press?: string;
}

/** Every view of a case, and the list that it is in. */
export const CASE_VIEWS: readonly CaseView[] = [
  { name: "cases", at: "", ready: ".case-table" },
  { name: "material", at: "", ready: ".outcome" },
  { name: "review", at: "/review?field=personal_info.address", ready: ".page-mark" },
  { name: "compare", at: "/review", ready: ".field", press: "F8" },
  { name: "findings", at: "/findings?tab=findings", ready: ".page-mark" },
  { name: "eligibility", at: "/findings", ready: ".rule" },
  { name: "missing", at: "/findings?tab=missing", ready: ".requested li" },
  { name: "strategy", at: "/findings?tab=advice", ready: ".bullets" },
  { name: "history", at: "/history", ready: ".history-entry" },
  { name: "print", at: "/print", ready: ".paper table" },
];

export const addressOf = ({ name, at }: CaseView, caseId: string) =>
  name === "cases" ? "/cases" : `/cases/${caseId}${at}`;

/** Look at every view of a case. */
export async function walkCase(
  page: Page,
  { app, caseId }: { app: ServedApp; caseId: string },
  look: (name: string) => Promise<void>,
): Promise<void> {
  for (const view of CASE_VIEWS) {
    await page.goto(`${app.url}#${addressOf(view, caseId)}`);
    await page.locator(view.ready).first().waitFor();
    if (view.press) {
      await page.keyboard.press(view.press);
      await page.locator(".compare mark").first().waitFor();
    }
    await look(view.name);
  }
}

/** A case with all three analyses, and one value that a person set. */
export async function analysedCase({ client }: User): Promise<string> {
  const caseId = await createSampleCase(client, "cardiac_case");
  const runs = ["document_analysis_form7801", "document_analysis_agent", "call_analysis"] as const;
  await Promise.all(runs.map((jobType) => client.run(jobType, caseId)));
  const { version } = await client.cases.form(caseId);
  const changes = [{ field: "personal_info.email", value: "y@example.com" }];
  await client.cases.changeForm(caseId, version, { changes });
  return caseId;
}
