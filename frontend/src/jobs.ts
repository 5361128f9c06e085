// What can be done with jobs that there are? Read, list and delete them, and share what is known of them.

import type { Delivery, DeliveryList, EventList, JobEvent, JobStatus } from "./api.js";
import { patiently } from "./backoff.js";
import { isTransient } from "./errors.js";
import type { Api, CallOptions } from "./http.js";
import type { AnyJob, Job, JobPage } from "./job.js";
import type { JobStore } from "./job-store.js";
import { idOf, type JobRef } from "./job-view.js";
import { readJob } from "./read-job.js";
import type { JobType } from "./routes.js";
import type { Pin } from "./session.js";

export interface JobListQuery {
  status?: JobStatus;
  job_type?: JobType;
  case_id?: string;
  error_code?: string;
  user_id?: string;
  limit?: number;
  cursor?: string;
  scope?: "all" | "mine";
}

/** What is asked of the API about jobs. */
export interface JobCalls {
  /** The job with its result, as it is now. */
  get<T extends JobType = JobType>(job: JobRef<T>, options?: CallOptions): Promise<Job<T>>;
  list(query?: JobListQuery, options?: CallOptions): Promise<JobPage>;
  events(jobId: string, options?: CallOptions & { after?: number }): Promise<JobEvent[]>;
  delete(jobId: string, options?: CallOptions): Promise<void>;
  /** The tries of the job's webhook, the first one first. */
  deliveries(jobId: string, options?: CallOptions): Promise<Delivery[]>;
  /** Make the next try of a finished job's webhook now; the tries as they were before it. */
  resend(jobId: string, options?: CallOptions): Promise<Delivery[]>;
}

export interface Jobs extends JobCalls {
  /** The job as those who look at it know it, without asking; else null. */
  peek(jobId: string): AnyJob | null;
  /** Look at a job: the listener is called when more is known of it, from wherever. It does not ask; `watchJob` does. */
  subscribe(jobId: string, listener: () => void): () => void;
  /** Take in a job that came another way, e.g. in a page from a server. What is older than what is known changes nothing. */
  accept(job: Job): void;
}

/** The same, with a read that is part of an action: for the person of its pin. */
interface PinnedCalls extends JobCalls {
  get<T extends JobType = JobType>(job: JobRef<T>, options?: CallOptions & { pin?: Pin }): Promise<Job<T>>;
}

/** The calls of the jobs' part of the client. */
export function jobCalls({ api, store }: { api: Api; store: JobStore }): PinnedCalls {
  return {
    async get<T extends JobType>(
      given: JobRef<T>,
      { pin = { person: null }, ...options }: CallOptions & { pin?: Pin } = {},
    ) {
      const patience = {
        ...{ mayRepeat: isTransient, ports: api.ports, signal: options.signal },
        attempts: api.attempts(options.retry),
      };
      const read = () => readJob(idOf(given), { api, store, pin, signal: options.signal });
      return (await patiently(read, patience)).job as Job<T>;
    },
    async list(query = {}, options = {}) {
      const is = (body: object) => Array.isArray((body as Partial<JobPage>).jobs);
      const page = await api.ask<JobPage>({ route: "GET /jobs", query, is }, options);
      for (const job of page.jobs) store.accept(job as Job);
      return page;
    },
    async events(jobId, { after = 0, ...options } = {}) {
      const parameters = { job_id: jobId };
      return (await api.ask<EventList>({ route: "GET /jobs/{job_id}/events", parameters, query: { after } }, options))
        .events;
    },
    async deliveries(jobId, options) {
      const parameters = { job_id: jobId };
      return (await api.ask<DeliveryList>({ route: "GET /jobs/{job_id}/deliveries", parameters }, options)).deliveries;
    },
    async resend(jobId, options) {
      const call = { route: "POST /jobs/{job_id}/deliveries/resend" as const, parameters: { job_id: jobId } };
      return (await api.ask<DeliveryList>(call, options)).deliveries;
    },
    async delete(jobId, options) {
      await api.erase({ route: "DELETE /jobs/{job_id}", parameters: { job_id: jobId } }, options);
      store.drop(jobId);
    },
  };
}
