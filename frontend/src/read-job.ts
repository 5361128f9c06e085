// How is a job read? Conditionally, when it is known already; a result that is only linked to is fetched.

import { clamped } from "./backoff.js";
import { NetworkError } from "./errors.js";
import { type Api, retryAfterMs } from "./http.js";
import { isJob, type Job } from "./job.js";
import type { JobStore } from "./job-store.js";
import type { Ports } from "./ports.js";
import type { Pin } from "./session.js";
import { onAbort, throwIfAborted, unlessAborted } from "./signals.js";

/** When an answer does not say when to come back. */
const DEFAULT_PAUSE_MS = 5_000;
/** The API's pause is about progress; a worker that is to stop does so sooner. */
export const CANCEL_TAKES_MS = 2_000;

/** For a large result over a slow line. */
const LINKED_TAKES_MS = 2 * 60_000;

/** A job as it was read, and how long to leave it alone. */
export interface SeenJob {
  job: Job;
  pauseMs: number;
}

interface Reading {
  api: Api;
  store: JobStore;
  pin: Pin;
  signal?: AbortSignal | undefined;
}

/** The job as it is now; what is known of it saves the transfer when it has not changed since. */
export async function readJob(jobId: string, { api, store, pin, signal }: Reading): Promise<SeenJob> {
  const known = store.kept(jobId);
  const etag = known?.isWhole ? known.etag : null;
  const { status, headers, body } = await api.send<Job>({
    route: "GET /jobs/{job_id}",
    parameters: { job_id: jobId },
    headers: etag === null ? {} : { "If-None-Match": etag },
    signal,
    pin,
    is: isJob,
  });
  if (status === 304 && known) {
    return { job: store.accept(known.job), pauseMs: pauseOf(known.job, retryAfterMs(headers, api.ports.now())) };
  }
  if (status === 304) throw new NetworkError("The answer is not the service's (304).");
  const url = body.result_url;
  const read = url ? { ...body, result: (await linked(url, { ports: api.ports, signal })) as Job["result"] } : body;
  pin.person?.throwIfOver();
  const job = store.accept(read, { etag: headers.get("ETag"), isWhole: true });
  return { job, pauseMs: pauseOf(job, job.retry_after_ms) };
}

/** How long to leave a job alone that asks for this pause. */
export function pauseOf(job: Job, askedMs: unknown): number {
  if (job.cancel_requested) return CANCEL_TAKES_MS;
  return clamped(typeof askedMs === "number" && Number.isFinite(askedMs) ? askedMs : DEFAULT_PAUSE_MS);
}

/** A large result is in storage; the address itself is the permission. */
async function linked(
  url: string,
  { ports, signal }: { ports: Ports; signal?: AbortSignal | undefined },
): Promise<unknown> {
  const { fetch } = ports; // a page's own wants no `this`
  const over = new AbortController();
  const stop = () => over.abort();
  const release = onAbort(signal, stop);
  void ports.sleep(LINKED_TAKES_MS, over.signal).then(stop);
  let cause: unknown;
  try {
    const response = await unlessAborted(fetch(url, { signal: over.signal }), over.signal);
    const result: unknown = response.ok ? await unlessAborted(response.json(), over.signal) : null;
    if (typeof result === "object" && result !== null) return result;
  } catch (error) {
    throwIfAborted(signal);
    cause = error;
  } finally {
    stop();
    release();
  }
  throw new NetworkError("The result cannot be fetched.", { cause });
}
