// What does a page say about an error, a job, an issue? A sentence in its language, by the code.

import { JobFailedError, ProblemError } from "../errors.js";
import type { Job } from "../job.js";
import type { Issue } from "../results.js";
import type { Messages } from "./tables.js";

export { en } from "./en.js";
export { he } from "./he.js";
export type { ErrorName, Messages, ProgressCode } from "./tables.js";

/** The sentence with its `{parameters}` filled in. */
export function say(sentence: string, params: Readonly<Record<string, unknown>> = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (gap, name: string) => (name in params ? String(params[name]) : gap));
}

/** Why something went wrong, for people. A code that is not known is said by the API's own sentence. */
export function errorText(messages: Messages, error: Error): string {
  if (error instanceof ProblemError) return entry(messages.problems, error.code) ?? error.message;
  if (error instanceof JobFailedError) return entry(messages.failures, error.code) ?? error.message;
  return entry(messages.errors, error.name) ?? messages.errors.CaseworkError;
}

type Working = Pick<Job, "status" | "progress_message"> &
  Partial<Pick<Job, "progress_code" | "progress_params" | "waiting_for">>;

/** What is being done. A code that is not known is said by the API's own sentence. */
export function progressText(messages: Messages, job: Working): string {
  const { status, waiting_for, progress_code, progress_params, progress_message } = job;
  if (waiting_for) return messages.waiting[waiting_for];
  if (status !== "running") return messages.statuses[status];
  const sentence = progress_code ? entry(messages.progress, progress_code) : undefined;
  return sentence === undefined ? progress_message : say(sentence, progress_params ?? {});
}

/** What is to be looked at. A code that is not known is said by the API's own sentence. */
export function issueText(messages: Messages, issue: Pick<Issue, "code" | "message" | "params">): string {
  const sentence = entry(messages.issues, issue.code);
  return sentence === undefined ? issue.message : say(sentence, issue.params);
}

function entry(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
