// What can go wrong? The tree:
//
// CaseworkError
// ├── ProblemError      the API refused; `code` says why and is stable
// ├── NetworkError      no answer, or none that can be understood
// ├── TokenError        `getToken` threw
// ├── WaitTimeoutError  the job is not done yet; it goes on
// ├── JobFailedError    the job ended without a result; `code` says why
// └── JobCancelledError

import type { FieldProblem, Problem } from "./api.js";
import type { Job } from "./job.js";

/** Why the API refuses a request. */
export type ProblemCode =
  | "malformed_json"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "no_call"
  | "no_transcript"
  | "no_documents"
  | "already_finished"
  | "not_finished"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_request"
  | "idempotency_key_reused"
  | "too_many_open_jobs"
  | "unavailable"
  | "internal";

/** Why a job failed. */
export type FailureCode =
  | "provider_rate_limited"
  | "provider_unavailable"
  | "provider_quota_exhausted"
  | "provider_auth"
  | "provider_refused"
  | "output_invalid"
  | "input_invalid"
  | "document_unreadable"
  | "deadline_exceeded"
  | "budget_exceeded"
  | "worker_lost"
  | "internal";

export class CaseworkError extends Error {
  override name = "CaseworkError";
}

/** The API refused. `message` is its sentence, `requestId` what its logs know the request by. */
export class ProblemError extends CaseworkError {
  override name = "ProblemError";
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly requestId: string;
  /** What is wrong in the request, place by place; empty unless the code is `invalid_request`. */
  readonly errors: readonly FieldProblem[];
  /** How long the API asks to be left alone; null when it does not say. */
  readonly retryAfterMs: number | null;

  constructor(problem: Problem, retryAfterMs: number | null) {
    super(problem.detail);
    this.code = problem.code as ProblemCode;
    this.status = problem.status;
    this.title = problem.title;
    this.requestId = problem.request_id;
    this.errors = problem.errors ?? [];
    this.retryAfterMs = retryAfterMs;
  }
}

export class NetworkError extends CaseworkError {
  override name = "NetworkError";
  /** The HTTP status, when there was an answer that is none of the API's. */
  readonly status: number | null;
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    {
      cause,
      status = null,
      retryAfterMs = null,
    }: { cause?: unknown; status?: number | null; retryAfterMs?: number | null },
  ) {
    super(message, { cause });
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

export class TokenError extends CaseworkError {
  override name = "TokenError";
}

export class WaitTimeoutError extends CaseworkError {
  override name = "WaitTimeoutError";
  readonly jobId: string;

  constructor(jobId: string) {
    super("The job is not done yet; it goes on.");
    this.jobId = jobId;
  }
}

/** The job ended without a result. `message` is a sentence that can be shown. */
export class JobFailedError extends CaseworkError {
  override name = "JobFailedError";
  readonly job: Job;
  readonly code: FailureCode;

  constructor(job: Job) {
    super(job.error ?? "The job has no result.");
    this.job = job;
    this.code = (job.error_info?.code ?? "internal") as FailureCode;
  }
}

export class JobCancelledError extends CaseworkError {
  override name = "JobCancelledError";
  readonly job: Job;

  constructor(job: Job) {
    super(job.error ?? "The job was cancelled.");
    this.job = job;
  }
}

/** True for a refusal with this code: `if (isProblem(error, "no_documents")) …` */
export function isProblem(error: unknown, code: ProblemCode): error is ProblemError {
  return error instanceof ProblemError && error.code === code;
}

/** True when the same request may well work later: no answer, a busy or a broken server. */
export function isTransient(error: unknown): error is CaseworkError {
  if (error instanceof TokenError) return true;
  if (!(error instanceof NetworkError || error instanceof ProblemError)) return false;
  return error.status === null || error.status === 408 || error.status === 429 || error.status >= 500;
}

/** True when the API says that it has done nothing and would like to be asked again later. */
export function isTurnedAway(error: unknown): error is ProblemError {
  return isProblem(error, "too_many_open_jobs") || isProblem(error, "unavailable");
}

/** True when there was no answer at all, or no token to ask with: worth another request as soon as the network is back. */
export function isCutOff(error: unknown): boolean {
  return error instanceof TokenError || (error instanceof NetworkError && error.status === null);
}
