// How does a program wait for a job? As a promise, with a time limit and a way to give up; neither touches the job.

import { WaitTimeoutError } from "./errors.js";
import type { Job } from "./job.js";
import type { Ports } from "./ports.js";
import type { Watches } from "./watch.js";

/** `timeout` in milliseconds, none by default. `onProgress` is told of each new version of the job, the last included. */
export interface WaitOptions {
  onProgress?: (job: Job) => void;
  signal?: AbortSignal;
  timeout?: number;
}

/**
 * The job when it is done, however it ended.
 *
 * @throws WaitTimeoutError; ProblemError when there is no such job; the signal's reason
 */
export async function jobWhenDone(
  jobId: string,
  { onProgress, signal, timeout }: WaitOptions,
  { watches, ports }: { watches: Watches; ports: Ports },
): Promise<Job> {
  signal?.throwIfAborted();
  const over = new AbortController();
  try {
    return await new Promise<Job>((resolve, reject) => {
      let shown = -1;
      const stop = watches.watch(jobId, ({ job, failure }) => {
        if (failure) return reject(failure);
        if (job && job.version !== shown) {
          shown = job.version;
          onProgress?.(job);
        }
        if (job?.done) resolve(job);
      });
      over.signal.addEventListener("abort", stop);
      signal?.addEventListener("abort", () => reject(signal.reason), { signal: over.signal });
      if (timeout !== undefined) {
        void ports.sleep(timeout, over.signal).then(() => reject(new WaitTimeoutError(jobId)));
      }
    });
  } finally {
    over.abort();
  }
}
