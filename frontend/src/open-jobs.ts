// Which jobs were started here and not seen to end? Remembered per case and analysis, so that a reload loses none.

import type { StartBody } from "./api.js";
import { type KeyValueStorage, shortMemory } from "./ports.js";
import type { JobType } from "./results.js";

/** An unanswered start is sent again after a reload, unless the user has been away for longer than this. */
const FRESH_MS = 5 * 60_000;

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

/** Which analysis of which case. */
export interface Place {
  caseId: string;
  jobType: JobType;
}

/** The starts of each case and analysis: the latest that the API has answered, and those that may still be. */
export class OpenJobs {
  readonly #storage: KeyValueStorage;
  readonly #fallback = shortMemory();
  readonly #places = new Map<string, Place>();

  constructor(storage: KeyValueStorage) {
    this.#storage = storage;
  }

  /** The latest last; those that were not answered in time are forgotten. */
  starts(place: Place, now: number): OpenJob[] {
    const all = this.#read(place);
    const starts = all.filter((start) => start.job_id !== null || now - start.asked_at <= FRESH_MS);
    if (starts.length < all.length) this.#write(place, starts);
    return starts;
  }

  add(place: Place, start: OpenJob): void {
    this.#write(place, [...this.starts(place, start.asked_at), start]);
  }

  /** The API has answered this start: the older ones do not matter any more. */
  answered(place: Place, start: OpenJob): void {
    const starts = this.#read(place);
    this.#write(place, [start, ...starts.slice(1 + starts.findLastIndex(({ key }) => key === start.key))]);
  }

  /** Nothing comes of this start: the one before is the latest again. */
  refused(place: Place, start: OpenJob): void {
    const starts = this.#read(place);
    const at = starts.findLastIndex(({ key }) => key === start.key);
    this.#write(
      place,
      starts.filter((_, index) => index !== at),
    );
  }

  /** Forget a job that has ended. */
  forgetJob(jobId: string): void {
    const place = this.#places.get(jobId);
    if (!place) return;
    this.#write(
      place,
      this.#read(place).filter((start) => start.job_id !== jobId),
    );
    this.#places.delete(jobId);
  }

  #read(place: Place): OpenJob[] {
    const name = nameOf(place);
    const starts = understood(this.#fallback.getItem(name) ?? this.#stored(name));
    for (const { job_id } of starts) if (job_id) this.#places.set(job_id, place);
    return starts;
  }

  #write(place: Place, starts: OpenJob[]): void {
    const name = nameOf(place);
    for (const { job_id } of starts) if (job_id) this.#places.set(job_id, place);
    try {
      if (starts.length > 0) this.#storage.setItem(name, JSON.stringify(starts));
      else this.#storage.removeItem(name);
      this.#fallback.removeItem(name);
    } catch {
      this.#fallback.setItem(name, JSON.stringify(starts)); // full or forbidden: as long as the page lasts, then
    }
  }

  #stored(name: string): string | null {
    try {
      return this.#storage.getItem(name);
    } catch {
      return null;
    }
  }
}

function nameOf({ caseId, jobType }: Place): string {
  return `casework/open/${caseId}/${jobType}`;
}

/** The starts, without what this version of the client did not write. */
function understood(text: string | null): OpenJob[] {
  try {
    const starts: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(starts) ? starts.filter(isOpenJob) : [];
  } catch {
    return [];
  }
}

function isOpenJob(start: Partial<OpenJob> | null): start is OpenJob {
  return typeof start?.key === "string" && typeof start.asked_at === "number" && start.job_id !== undefined;
}
