// When is a request repeated that failed? After a random pause that grows, and never before the API's own Retry-After.

import { isPassing, NetworkError, ProblemError } from "./errors.js";
import type { Ports } from "./ports.js";
import { throwIfAborted } from "./signals.js";

const FIRST_MS = 1_000;
const CEILING_MS = 30_000;
/** No pause is shorter or longer, whatever a server says. */
const SHORTEST_MS = 250;
const LONGEST_MS = 10 * 60_000;
/** After an answer that asked for a pause, or was busy. */
const SHORTEST_BUSY_MS = 1_000;
/** With what a Retry-After is stretched at most, so that not all clients come back at once. */
const RETRY_AFTER_SPREAD = 0.25;

/** How many requests one action of the user may take. */
export const ATTEMPTS = 5;

/**
 * Milliseconds until the next attempt, after so many failures in a row (1 or more).
 *
 * Full jitter: uniform over 0.25 s to 1, 2, 4 … 30 s. A Retry-After is kept, plus up to a quarter of it, between 1 s and
 * 10 minutes.
 */
export function retryDelayMs(failures: number, error: unknown, random: number): number {
  const { retryAfterMs, status } = error instanceof ProblemError || error instanceof NetworkError ? error : NO_ANSWER;
  const shortest = status === 429 || status === 503 ? SHORTEST_BUSY_MS : SHORTEST_MS;
  if (retryAfterMs !== null) return clamped(retryAfterMs * (1 + RETRY_AFTER_SPREAD * random), SHORTEST_BUSY_MS);
  const ceiling = Math.min(CEILING_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.max(shortest, SHORTEST_MS + (ceiling - SHORTEST_MS) * random);
}

const NO_ANSWER = { retryAfterMs: null, status: null };

/** A pause as it may be made: at least a quarter of a second, at most ten minutes. */
export function clamped(ms: number, shortest = SHORTEST_MS): number {
  return Math.min(LONGEST_MS, Math.max(shortest, ms));
}

export interface Patience {
  mayRepeat: (error: unknown) => boolean;
  ports: Ports;
  /** How many requests in all. */
  attempts?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called for each failure that another request follows. */
  onTrouble?: ((error: unknown) => void) | undefined;
}

/** Until there is an answer, or one that nothing can be done about. */
export const FOR_EVER = { mayRepeat: isPassing, attempts: Number.POSITIVE_INFINITY };

/** Ask again as long as `mayRepeat` says so, at most `attempts` times in all; the last error is thrown. */
export async function patiently<T>(
  ask: () => Promise<T>,
  { mayRepeat, ports, attempts = ATTEMPTS, signal, onTrouble }: Patience,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (failures >= attempts || !mayRepeat(error)) throw error;
      onTrouble?.(error);
      await ports.sleep(retryDelayMs(failures, error, ports.random()), signal);
      throwIfAborted(signal);
    }
  }
}
