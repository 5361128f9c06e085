// What can go wrong when the result of a job is waited for, beside what errors.ts has?

import { CaseworkError } from "./errors.js";
import type { Job } from "./job.js";

export class WaitTimeoutError extends CaseworkError {
  override name = "WaitTimeoutError";
  readonly jobId: string;

  constructor(jobId: string) {
    super("The job is not done yet; it goes on.");
    this.jobId = jobId;
  }
}

export class ResultMissingError extends CaseworkError {
  override name = "ResultMissingError";
  readonly job: Job;

  constructor(job: Job) {
    super("This copy of the job came without its result. Read it with client.jobs.get(job.job_id).");
    this.job = job;
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
