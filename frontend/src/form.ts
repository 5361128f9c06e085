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
  /** Where the newest analysis has it, the path that its evidence names; null where it has it not. */
  analysis_field: string | null;
}

/** `form_7801` is null while there is none. Paths name items of lists by their `row_id`: `….records[<row_id>].end_date`. */
export interface Form {
  form_7801: Form7801 | null;
  fields: Record<string, FormField>;
  sections: Record<string, FormSection>;
  version: number;
  /** What is to be checked about the values that are shown; in the answer to a change only about what was changed. */
  issues: Issue[];
  /** In the answer to a change: the paths of the items that it added. */
  added?: string[];
}

/** `changed_since`: a person changed something in it after it was confirmed; `changed` are the paths of that. */
export interface FormSection {
  confirmed: boolean;
  by: string | null;
  at: string | null;
  changed_since: boolean;
  /** Missing from an older API. */
  changed?: string[];
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

/** One thing that a person did; `field` is a path, or a section for `confirm` and `unconfirm`. */
export interface FormEntry {
  version: number;
  at: string;
  by: string;
  action: "set" | "revert" | "add" | "remove" | "confirm" | "unconfirm";
  field: string;
  before: unknown;
  after: unknown;
}

/** Who changed or confirmed what, newest first. */
export interface FormHistory {
  entries: FormEntry[];
  count: number;
  next_cursor: string | null;
}
