// When is a request repeated that failed? After a random pause that grows, and never before the API's own Retry-After.

import { NetworkError, ProblemError } from "./errors.js";
import type { Ports } from "./ports.js";

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
const SHORTEST_MS = 250;
/** With what a Retry-After is stretched at most, so that not all clients come back at once. */
const RETRY_AFTER_SPREAD = 0.25;

const NEVER = new AbortController().signal;

/** How many requests one action of the user may take. */
export const ATTEMPTS = 5;

/**
 * Milliseconds until the next attempt, after so many failures in a row (1 or more).
 *
 * Full jitter: uniform over 0.25 s to 1, 2, 4 … 30 s. A Retry-After is kept, plus up to a quarter of it.
 */
export function retryDelayMs(failures: number, error: unknown, random: number): number {
  const asked = retryAfterMs(error);
  if (asked !== null) return asked * (1 + RETRY_AFTER_SPREAD * random);
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return SHORTEST_MS + (ceiling - SHORTEST_MS) * random;
}

/** Ask again as long as `mayRepeat` says so, at most `ATTEMPTS` times in all; the last error is thrown. */
export async function patiently<T>(
  ask: () => Promise<T>,
  {
    mayRepeat,
    ports,
    signal = NEVER,
  }: { mayRepeat: (error: unknown) => boolean; ports: Ports; signal?: AbortSignal | undefined },
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (failures === ATTEMPTS || !mayRepeat(error)) throw error;
      await ports.sleep(retryDelayMs(failures, error, ports.random()), signal);
      signal.throwIfAborted();
    }
  }
}

function retryAfterMs(error: unknown): number | null {
  return error instanceof ProblemError || error instanceof NetworkError ? error.retryAfterMs : null;
}
