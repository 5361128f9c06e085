// What is the working form of a case? Its types; `client.cases.form` and `changeForm` read and change it.

import type { Form7801, Issue } from "./results.js";

/** A field that has a value: whose it is, and what a later analysis says instead. */
export interface FormField {
  value: unknown;
  source: "analysis" | "person";
  job_id: string | null;
  by: string | null;
  at: string | null;
  conflict: { value: unknown; job_id: string | null } | null;
  /** Where the newest analysis has it, the path that its evidence names; null or missing where it has it not. */
  analysis_field?: string | null;
}

/** `form_7801` is null while there is none. Paths name items of lists by their `row_id`: `….records[<row_id>].end_date`. */
export interface Form {
  form_7801: Form7801 | null;
  fields: Record<string, FormField>;
  sections: Record<string, { confirmed: boolean; by: string | null; at: string | null }>;
  version: number;
  /** What is to be checked about the values that are shown. */
  issues?: Issue[];
}

export interface FormChanges {
  changes?: { field: string; value: unknown }[];
  /** Paths that take the analysis's value again. */
  revert?: string[];
  add?: { list: string; item: Record<string, unknown> }[];
  /** Paths of rows. */
  remove?: string[];
  confirm?: string[];
  unconfirm?: string[];
}

/** Who changed or confirmed what, newest first. */
export interface FormHistory {
  history: { at: string; by: string; field: string; from: unknown; to: unknown; [more: string]: unknown }[];
  next_cursor: string | null;
}
