// The form while the API has no route for it: as the analysis left it. Goes as soon as GET …/form is served.

import { type Client, type Form, type FormField, isProblem } from "@casework/client";
import { SECTIONS, valueAt } from "./fields.js";
import { formAnalysisOf } from "./queries.js";

export async function formOrStandIn(client: Client, caseId: string, signal: AbortSignal): Promise<Form> {
  try {
    return await client.cases.form(caseId, { retry: false, signal });
  } catch (error) {
    if (!isProblem(error, "not_found") && (error as Error).name !== "NetworkError") throw error;
    return standIn(client, caseId);
  }
}

async function standIn(client: Client, caseId: string): Promise<Form> {
  const analysis = formAnalysisOf(await client.cases.get(caseId));
  const fields: Record<string, FormField> = {};
  const sections: Form["sections"] = {};
  if (!analysis) return { form_7801: null, fields, sections, version: 0, issues: [] };
  const form = structuredClone(analysis.form_7801);
  const put = (path: string, analysis_field: string) => {
    fields[path] = {
      ...{ value: valueAt(form, path), source: "analysis", job_id: null, by: null, at: null, conflict: null },
      analysis_field,
    };
  };
  let issues = analysis.issues;
  for (const section of SECTIONS) {
    sections[section.name] = { confirmed: false, by: null, at: null };
    for (const { name } of section.fields) put(`${section.name}.${name}`, `${section.name}.${name}`);
    for (const { name } of section.conditions?.fields ?? [])
      put(`${section.conditions?.path}.${name}`, `${section.conditions?.path}.${name}`);
    for (const list of section.lists) {
      for (const [index, item] of (valueAt(form, list.path) as Record<string, unknown>[]).entries()) {
        item.row_id = `r${index}`;
        for (const { name } of list.fields) put(`${list.path}[r${index}].${name}`, `${list.path}[${index}].${name}`);
        issues = issues.map((one) => ({
          ...one,
          field: one.field.replace(`${list.path}[${index}]`, `${list.path}[r${index}]`),
        }));
      }
    }
  }
  return { form_7801: form, fields, sections, version: 0, issues };
}
