// What is known of a job that is followed?

import { type CaseworkError, isProblem } from "./errors.js";
import type { Job, Start } from "./job.js";
import type { JobType } from "./routes.js";

/** A job, by its id or by the answer to its start. */
export type JobRef<T extends JobType = JobType> = string | Start<T> | Job<T>;

export function idOf(job: JobRef): string {
  return typeof job === "string" ? job : job?.job_id; // a program without types may give nothing: the request says so
}

/** `lost`: the last request got no answer. `unauthorized`: its token was refused. Both are asked over, and the job goes on. */
export type Connection = "ok" | "lost" | "unauthorized";

/**
 * What is known of a job that is followed. `error`: it is of no use to ask again, e.g. because there is no such job; the
 * following has ended. It also ends when the job is done.
 */
export interface JobView {
  job: Job | null;
  error: CaseworkError | null;
  connection: Connection;
}

/** `trouble`: why the connection is not ok; null when that was before the listener came. */
export type JobListener = (view: JobView, trouble: CaseworkError | null) => void;

/** How the connection is after this error, which is passing. */
export function connectionAfter(error: unknown): Connection {
  return isProblem(error, "unauthorized") ? "unauthorized" : "lost";
}
