// Which jobs were started here and not seen to end? Remembered per case and analysis, so that a reload loses none.

import type { StartBody } from "./api.js";
import { type KeyValueStorage, shortMemory } from "./ports.js";
import type { JobType } from "./results.js";

/** A start: remembered before it is sent, with `job_id` null until the API has answered. */
export interface OpenJob {
  key: string;
  body: StartBody;
  /** The finished job that this one repeats, or null. */
  retried_from: string | null;
  /** Milliseconds since 1970. */
  asked_at: number;
  job_id: string | null;
}

/** One entry per case and analysis: the latest start. */
export class OpenJobs {
  readonly #storage: KeyValueStorage;
  readonly #fallback = shortMemory();
  readonly #places = new Map<string, { caseId: string; jobType: JobType }>();

  constructor(storage: KeyValueStorage) {
    this.#storage = storage;
  }

  get(caseId: string, jobType: JobType): OpenJob | null {
    const name = nameOf(caseId, jobType);
    const entry = understood(this.#fallback.getItem(name) ?? this.#stored(name));
    if (entry?.job_id) this.#places.set(entry.job_id, { caseId, jobType });
    return entry;
  }

  put(caseId: string, jobType: JobType, entry: OpenJob): void {
    const name = nameOf(caseId, jobType);
    if (entry.job_id) this.#places.set(entry.job_id, { caseId, jobType });
    try {
      this.#storage.setItem(name, JSON.stringify(entry));
      this.#fallback.removeItem(name);
    } catch {
      this.#fallback.setItem(name, JSON.stringify(entry)); // full or forbidden: as long as the page lasts, then
    }
  }

  forget(caseId: string, jobType: JobType): void {
    const name = nameOf(caseId, jobType);
    this.#fallback.removeItem(name);
    try {
      this.#storage.removeItem(name);
    } catch {
      // forbidden: then nothing was stored either
    }
  }

  /** Forget a job that has ended, unless a younger one has taken its place. */
  forgetJob(jobId: string): void {
    const place = this.#places.get(jobId);
    this.#places.delete(jobId);
    if (place && this.get(place.caseId, place.jobType)?.job_id === jobId) this.forget(place.caseId, place.jobType);
  }

  #stored(name: string): string | null {
    try {
      return this.#storage.getItem(name);
    } catch {
      return null;
    }
  }
}

function nameOf(caseId: string, jobType: JobType): string {
  return `casework/open/${caseId}/${jobType}`;
}

/** The entry, or null for what this version of the client did not write. */
function understood(text: string | null): OpenJob | null {
  try {
    const entry = JSON.parse(text ?? "null") as Partial<OpenJob> | null;
    return typeof entry?.key === "string" && typeof entry.asked_at === "number" && entry.job_id !== undefined
      ? (entry as OpenJob)
      : null;
  } catch {
    return null;
  }
}
