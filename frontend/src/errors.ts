// What can go wrong? The tree:
//
// CaseworkError
// ├── ProblemError       the API refused; `code` says why and is stable
// ├── NetworkError       no answer, or one that cannot be understood
// ├── TokenError         `getToken` threw, took too long or gave no token
// ├── UploadError        a file did not get to storage
// ├── UserChangedError   another user has logged in, or the client was closed
// ├── WaitTimeoutError   the job is not done yet; it goes on
// ├── ResultMissingError the job is completed, but this copy of it came without its result
// ├── JobFailedError     the job ended without a result; `code` says why
// ├── JobCancelledError
// └── UsageError         the program that calls is wrong
//
// An aborted action throws its signal's reason. Those of waiting for a job are in wait-errors.ts, that of an upload in upload-error.ts.

// Members are declared only: the constructors set them, and no code is made of the declarations.
import type { ErrorInfo, FieldProblem, Problem } from "./api.js";
import type { Job } from "./job.js";
import type { ProblemCode } from "./routes.js";

/** Why a job failed. */
export type FailureCode = ErrorInfo["code"];

/** Why a place of a change of the form is wrong. */
export type ReasonCode = NonNullable<FieldProblem["code"]>;

export class CaseworkError extends Error {
  override name = "CaseworkError";
}

/** The API refused. `message` is its sentence, `requestId` what its logs know the request by. */
export class ProblemError extends CaseworkError {
  override name = "ProblemError";
  declare readonly code: ProblemCode;
  declare readonly status: number;
  declare readonly title: string;
  declare readonly requestId: string;
  /** What is wrong in the request, place by place; empty unless the code is `invalid_request`. */
  declare readonly errors: readonly FieldProblem[];
  /** How long the API asks to be left alone; null when it does not say. */
  declare readonly retryAfterMs: number | null;

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

interface NetworkFacts {
  cause?: unknown;
  status?: number | null;
  retryAfterMs?: number | null;
}

export class NetworkError extends CaseworkError {
  override name = "NetworkError";
  /** The HTTP status, when there was an answer that is not the API's. */
  declare readonly status: number | null;
  declare readonly retryAfterMs: number | null;

  constructor(message: string, { cause, status = null, retryAfterMs = null }: NetworkFacts = {}) {
    super(message, { cause });
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

export class TokenError extends CaseworkError {
  override name = "TokenError";
}

export class UserChangedError extends CaseworkError {
  override name = "UserChangedError";
}

/** The job ended without a result. `message` is a sentence that can be shown. */
export class JobFailedError extends CaseworkError {
  override name = "JobFailedError";
  declare readonly job: Job;
  declare readonly code: FailureCode;

  constructor(job: Job) {
    super(job.error ?? "The job has no result.");
    this.job = job;
    this.code = (job.error_info?.code ?? "internal") as FailureCode;
  }
}

export class UsageError extends CaseworkError {
  override name = "UsageError";
}

/** True for a refusal with this code: `if (isProblem(error, "no_documents")) …` */
export function isProblem(error: unknown, code: ProblemCode): error is ProblemError {
  return error instanceof ProblemError && error.code === code;
}

/** True when the same request may well work later: no answer, a busy or a broken server. */
export function isTransient(error: unknown): error is CaseworkError {
  if (error instanceof TokenError) return true;
  if (!(error instanceof CaseworkError && "status" in error)) return false;
  const status = error.status as number | null;
  return status === null || status === 408 || status === 429 || status >= 500;
}

/** True when there was no answer at all, or no token to ask with: worth another request as soon as the network is back. */
export function isCutOff(error: unknown): boolean {
  return error instanceof TokenError || (error instanceof NetworkError && error.status === null);
}

/** True for what passes without anybody's doing, or when a token is renewed: it is asked over. */
export function isPassing(error: unknown): boolean {
  return isTransient(error) || error instanceof NetworkError || isProblem(error, "unauthorized");
}

/** The error, or one that says that it is none of ours. */
export function asOurs(error: unknown): CaseworkError {
  return error instanceof CaseworkError ? error : new CaseworkError("The client met a defect.", { cause: error });
}
