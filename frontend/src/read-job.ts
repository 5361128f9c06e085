// How is a job read? Conditionally, when it was read before; a result that is only linked to is fetched.

import { NetworkError } from "./errors.js";
import { retryAfterMs, type Send } from "./http.js";
import type { Job } from "./job.js";
import type { Ports } from "./ports.js";

/** When an answer does not say when to come back. */
const DEFAULT_PAUSE_MS = 5_000;
/** The API's pause is about progress; a worker that was told to stop does so sooner. */
export const CANCEL_TAKES_MS = 2_000;

/** A job as it was read, the version that it was, and how long to leave it alone. */
export interface SeenJob {
  job: Job;
  etag: string | null;
  pauseMs: number;
}

/** The job as it is now; `seen` saves the transfer when it has not changed since. */
export async function readJob(
  jobId: string,
  { send, ports, seen, signal }: { send: Send; ports: Ports; seen?: SeenJob | null; signal?: AbortSignal | undefined },
): Promise<SeenJob> {
  const { status, headers, body } = await send<Job>({
    route: "GET /jobs/{job_id}",
    parameters: { job_id: jobId },
    headers: seen?.etag ? { "If-None-Match": seen.etag } : {},
    signal,
  });
  if (status === 304 && seen) return { ...seen, pauseMs: pauseOf(seen.job, retryAfterMs(headers, ports.now())) };
  const job = body.result_url === null ? body : { ...body, result: await linked(body.result_url, { ports, signal }) };
  return { job: job as Job, etag: headers.get("ETag"), pauseMs: pauseOf(job as Job, job.retry_after_ms) };
}

function pauseOf(job: Job, asked: number | null): number {
  return job.cancel_requested ? CANCEL_TAKES_MS : (asked ?? DEFAULT_PAUSE_MS);
}

/** A large result lies in storage; the address itself is the permission. */
async function linked(
  url: string,
  { ports, signal }: { ports: Ports; signal?: AbortSignal | undefined },
): Promise<unknown> {
  try {
    const response = await ports.fetch(url, signal ? { signal } : {});
    if (response.ok) return await response.json();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new NetworkError("The result cannot be fetched.", { cause });
  }
  throw new NetworkError("The result cannot be fetched.", {});
}
