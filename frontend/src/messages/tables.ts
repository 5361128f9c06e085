// Which sentences does a page need? One for every code that the API and the client know; a missing one does not compile.

import type { Job } from "../api.js";
import type { FailureCode, ReasonCode } from "../errors.js";
import type { JobStatus } from "../job.js";
import type { Connection } from "../job-view.js";
import type { IssueCode } from "../results.js";
import type { ProblemCode } from "../routes.js";
import type { UploadStatus } from "../upload-item.js";

/** What a worker is doing; a newer API may have others. `working` comes with a sentence of its own. */
export type ProgressCode = Exclude<Job["progress_code"], "working">;

/** Errors that are the client's own, by their names. */
export type ErrorName =
  | "NetworkError"
  | "TokenError"
  | "UploadError"
  | "UserChangedError"
  | "WaitTimeoutError"
  | "ResultMissingError"
  | "JobCancelledError"
  | "UsageError"
  | "CaseworkError";

/** The word that `claim_strength` of the agent begins with. */
export type ClaimStrength = "weak" | "moderate" | "strong";

/** The bodies of law that rules are taken from. */
export type LawSource = "general_disability";

/** The English sentence by which the API names each. */
export const LAW_SOURCES: Readonly<Record<string, LawSource>> = {
  "National Insurance Law [Consolidated Version], 5755-1995, chapter 9, and the Institute's public pages on general disability":
    "general_disability",
};

/** The sentences of one language. `{name}` is replaced by the parameter of that name. */
export interface Messages {
  /** As in `<html lang>`. */
  lang: string;
  problems: Record<ProblemCode, string>;
  /** Why a change of the form is refused, at the place that is wrong. */
  reasons: Record<ReasonCode, string>;
  failures: Record<FailureCode, string>;
  errors: Record<ErrorName, string>;
  statuses: Record<"idle" | "starting" | JobStatus, string>;
  connections: Record<Connection, string>;
  waiting: Record<"worker" | "model" | "retry", string>;
  progress: Record<ProgressCode, string>;
  issues: Record<IssueCode, string>;
  /** How strong the agent finds the claim. */
  strengths: Record<ClaimStrength, string>;
  /** Where the rules of the eligibility come from. */
  lawSources: Record<LawSource, string>;
  uploads: Record<UploadStatus, string>;
}
