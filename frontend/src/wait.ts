// How does a program wait for a job? As a promise, with a time limit and a way to give up; neither touches the job.

import type { Job } from "./job.js";
import type { Ports } from "./ports.js";
import type { Person } from "./session.js";
import { throwIfAborted, unlessAborted } from "./signals.js";
import { WaitTimeoutError } from "./wait-errors.js";
import type { Watches } from "./watch.js";

/**
 * `timeout` in milliseconds, none by default. `onProgress` is called with each new version of the job, the last included;
 * what it throws ends the waiting.
 */
export interface WaitOptions<J = Job> {
  onProgress?: ((job: J) => unknown) | undefined;
  signal?: AbortSignal | undefined;
  timeout?: number | undefined;
}

/**
 * The job when it is done, however it ended; for `person` only, when it is part of what they began.
 *
 * @throws WaitTimeoutError; ProblemError when there is no such job, or the token is refused and getToken has no other;
 *   UserChangedError; the signal's reason; what onProgress throws
 */
export async function jobWhenDone(
  jobId: string,
  { onProgress, signal, timeout = Number.POSITIVE_INFINITY, person = null }: WaitOptions & { person?: Person | null },
  { watches, ports }: { watches: Watches; ports: Ports },
): Promise<Job> {
  throwIfAborted(signal);
  const over = new AbortController();
  let stop = () => {};
  const ended = new Promise<Job>((resolve, reject) => {
    let shown = -1;
    const show = async (job: Job) => onProgress?.(job);
    stop = watches.watch(
      jobId,
      ({ job, error, connection }, trouble) => {
        if (error) reject(error);
        else if (connection === "unauthorized" && trouble) reject(trouble);
        if (!job || job.version === shown) return;
        shown = job.version;
        void show(job).then(() => job.done && resolve(job), reject);
      },
      person,
    );
    if (timeout < Number.POSITIVE_INFINITY) {
      void ports.sleep(timeout, over.signal).then(() => reject(new WaitTimeoutError(jobId)));
    }
  });
  ended.catch(() => undefined);
  try {
    return await unlessAborted(ended, signal);
  } finally {
    stop();
    over.abort();
  }
}
