// What is a job to the caller? The API's own members, with `job_type` and `result` belonging together.

import type { Job as ApiJob, Start as ApiStart } from "./api.js";
import { JobFailedError } from "./errors.js";
import type { Results } from "./results.js";
import type { JobType } from "./routes.js";
import { JobCancelledError, ResultMissingError } from "./wait-errors.js";

/** Members of a job that not every API has yet. */
interface NewerMembers {
  /** What an open job waits for, when nobody works on it: a worker, the model's answer, its next attempt. */
  waiting_for?: "worker" | "model" | "retry" | null;
  /** What is being done, to say in another language: `progressText` of @casework/client/messages. */
  progress_code?: string | null;
  progress_params?: Record<string, unknown>;
  /** What each step took; only of a single job. */
  steps?: {
    name: string;
    at: string;
    seconds: number;
    model: string | null;
    input_tokens: number;
    output_tokens: number;
    cost_usd: string | null;
    reused: boolean;
  }[];
}

export interface Job<T extends JobType = JobType>
  extends Omit<ApiJob, "job_type" | "result" | keyof NewerMembers>,
    NewerMembers {
  job_type: T;
  /** Null until the job is completed, and in lists. */
  result: Results[T] | null;
}

/** A job of any type: `job.job_type === "call_analysis"` says what its result is. */
export type AnyJob = { [T in JobType]: Job<T> }[JobType];

/** The answer to a start; `waitForJob(start)` knows from it what the result will be. */
export interface Start<T extends JobType = JobType> extends Omit<ApiStart, "job_type"> {
  job_type: T;
}

export type JobStatus = Job["status"];

/** One page of jobs, newest first; their `result` is null. */
export interface JobPage {
  jobs: AnyJob[];
  count: number;
  next_cursor: string | null;
}

/**
 * The result of a job that is done.
 *
 * @throws JobFailedError, JobCancelledError; ResultMissingError for a job of a list, which comes without its result
 */
export function resultOf<T extends JobType>(job: Job<T>): Results[T] {
  if (job.result !== null && job.status === "completed") return job.result;
  if (job.status === "cancelled") throw new JobCancelledError(job as Job);
  if (job.status === "failed") throw new JobFailedError(job as Job);
  throw new ResultMissingError(job as Job);
}

/** Whether this is a job, as far as the client has to rely on. */
export function isJob(body: object): body is Job {
  const { job_id, version, status, done } = body as Partial<Job>;
  return (
    typeof job_id === "string" && typeof version === "number" && typeof status === "string" && typeof done === "boolean"
  );
}
