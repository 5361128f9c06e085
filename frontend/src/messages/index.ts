// What does a page say about an error, a job, an issue? A sentence in its language, by the code.

import type { FieldProblem } from "../api.js";
import { JobFailedError, ProblemError } from "../errors.js";
import type { Job } from "../job.js";
import type { Issue } from "../results.js";
import { LAW_SOURCES, type Messages } from "./tables.js";

export { en } from "./en.js";
export { he } from "./he.js";
export type { ClaimStrength, ErrorName, LawSource, Messages, ProgressCode } from "./tables.js";

/** The sentence with its `{parameters}` filled in. */
export function say(sentence: string, params: Readonly<Record<string, unknown>> = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (gap, name: string) => (name in params ? said(params[name]) : gap));
}

/** A sentence, and the language that it is in. */
export interface Said {
  text: string;
  lang: string;
}

/** Why something went wrong, for people. A code that is not known is said by the API's own sentence. */
export function errorText(messages: Messages, error: Error): string {
  if (error instanceof ProblemError) return entry(messages.problems, error.code) ?? error.message;
  if (error instanceof JobFailedError) return entry(messages.failures, error.code) ?? error.message;
  return entry(messages.errors, error.name) ?? messages.errors.CaseworkError;
}

/** Why a place of a request is wrong. One without a known code is said by the API's own sentence, in English. */
export function reasonText(messages: Messages, { code, params, message }: FieldProblem): Said {
  const sentence = code ? entry(messages.reasons, code) : undefined;
  return sentence === undefined ? { text: message, lang: "en" } : { text: say(sentence, params), lang: messages.lang };
}

type Working = Pick<Job, "status" | "progress_message"> &
  Partial<Pick<Job, "progress_code" | "progress_params" | "waiting_for">>;

/** What is being done. A code that is not known is said by the API's own sentence. */
export function progressText(messages: Messages, job: Working): string {
  const { status, waiting_for, progress_code, progress_params, progress_message } = job;
  if (waiting_for) return entry(messages.waiting, waiting_for) ?? progress_message;
  if (status !== "running") return entry(messages.statuses, status) ?? progress_message;
  const sentence = progress_code ? entry(messages.progress, progress_code) : undefined;
  return sentence === undefined ? progress_message : say(sentence, progress_params ?? {});
}

/** What is to be looked at. A code that is not known is said by the API's own sentence. */
export function issueText(messages: Messages, issue: Pick<Issue, "code" | "message" | "params">): string {
  const sentence = entry(messages.issues, issue.code);
  return sentence === undefined ? issue.message : say(sentence, issue.params);
}

/**
 * How strong the agent finds the claim: `claim_strength` begins with weak, moderate or strong, and says after a dash why.
 * A text of another form is given back whole as `why`.
 */
export function strengthText(messages: Messages, claimStrength: string): { level: Said | null; why: string } {
  const [, word = "", why = ""] = /^\s*(\p{L}+)\s*(?:[-–—:.,;]\s*(.*))?$/su.exec(claimStrength) ?? [];
  const level = entry(messages.strengths, word.toLowerCase());
  return level === undefined
    ? { level: null, why: claimStrength }
    : { level: { text: level, lang: messages.lang }, why: why.trim() };
}

/** Where a rule of the eligibility comes from, with its date. A source that is not known is said by the API, in English. */
export function lawSourceText(messages: Messages, source: string): Said {
  const [, name = source, asOf = ""] = /^(.*?)( \(\d{4}-\d\d(?:-\d\d)?\))?$/s.exec(source) ?? [];
  const code = entry(LAW_SOURCES, name);
  const sentence = code === undefined ? undefined : entry(messages.lawSources, code);
  return sentence === undefined ? { text: source, lang: "en" } : { text: `${sentence}${asOf}`, lang: messages.lang };
}

function said(param: unknown): string {
  return Array.isArray(param) ? param.join(", ") : String(param);
}

function entry(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
