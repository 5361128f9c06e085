// What is a job to the caller? The API's own members, with `job_type` and `result` belonging together.

import type { Job as ApiJob } from "./api.js";
import { JobCancelledError, JobFailedError } from "./errors.js";
import type { JobType, Results } from "./results.js";

export interface Job<T extends JobType = JobType> extends Omit<ApiJob, "job_type" | "result"> {
  job_type: T;
  result: Results[T] | null;
}

export type JobStatus = Job["status"];

/** One page of jobs, newest first; their `result` is null. */
export interface JobPage {
  jobs: Job[];
  count: number;
  next_cursor: string | null;
}

/**
 * The result of a job that is done.
 *
 * @throws JobFailedError, JobCancelledError
 */
export function resultOf<T extends JobType>(job: Job<T>): Results[T] {
  if (job.status === "completed" && job.result !== null) return job.result;
  if (job.status === "cancelled") throw new JobCancelledError(job);
  throw new JobFailedError(job);
}
