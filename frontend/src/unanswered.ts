// Which starts got no answer? Remembered under the person who made them until they have one, so that a reload loses none.

import type { StartBody } from "./api.js";
import type { KeyValueStorage } from "./ports.js";
import type { JobType } from "./routes.js";
import type { Person } from "./session.js";

/** An unanswered start is sent again, unless the user has been away for longer than this. */
const FRESH_MS = 5 * 60_000;

/** Which analysis of which case. */
export interface Place {
  caseId: string;
  jobType: JobType;
}

/** A start that was sent, or was about to be. */
export interface Unanswered extends Place {
  key: string;
  body: StartBody;
  /** The finished job that this one repeats, or null. */
  retriedFrom: string | null;
  /** Milliseconds since 1970. */
  askedAt: number;
}

interface Kept extends Unanswered {
  person: string | null;
}

export class UnansweredStarts {
  readonly #name: string;
  readonly #storage: KeyValueStorage;
  readonly #now: () => number;
  /** What has no place in storage: of somebody who is not known, or when storage is full or forbidden. */
  #memory: Kept[] = [];

  constructor({ root, storage, now }: { root: string; storage: KeyValueStorage; now: () => number }) {
    this.#name = `casework ${root}`;
    this.#storage = storage;
    this.#now = now;
  }

  /** The latest of this place; null when there is none, or it is too old to be sent again. */
  latest({ key }: Person, { caseId, jobType }: Place): Unanswered | null {
    const isIt = (one: Kept) => one.person === key && one.caseId === caseId && one.jobType === jobType;
    const starts = [...this.#stored(), ...this.#memory].filter((one) => isIt(one) && this.#isFresh(one));
    return starts[starts.length - 1] ?? null;
  }

  add({ key }: Person, start: Unanswered): void {
    const kept = { ...start, person: key };
    if (key !== null && this.#store([...this.#stored(), kept])) return;
    this.#memory = [...this.#memory.filter((one) => this.#isFresh(one)), kept];
  }

  /** It was answered, refused or given up. */
  remove({ key }: Unanswered): void {
    this.#keep((start) => start.key !== key);
  }

  /** Keep nothing of this person on this computer; of nobody, when it is not known yet who is there. */
  forget({ key }: Person): void {
    this.#keep((start) => key !== null && start.person !== key);
  }

  /** Keep nothing in this page: whoever comes next is another. */
  clear(): void {
    this.#memory = [];
  }

  #keep(isKept: (start: Kept) => boolean): void {
    this.#memory = this.#memory.filter(isKept);
    const stored = this.#stored();
    const rest = stored.filter(isKept);
    if (rest.length < stored.length) this.#store(rest);
  }

  /** Whether there was room. */
  #store(starts: Kept[]): boolean {
    const fresh = starts.filter((start) => this.#isFresh(start));
    try {
      this.#storage.removeItem(this.#name); // an older one must not stay when this one has no room
      if (fresh.length > 0) this.#storage.setItem(this.#name, JSON.stringify(fresh));
      return true;
    } catch {
      return false;
    }
  }

  /** Without what this version of the client did not write. */
  #stored(): Kept[] {
    try {
      const starts: unknown = JSON.parse(this.#storage.getItem(this.#name) ?? "[]");
      return Array.isArray(starts) ? starts.filter(isKept) : [];
    } catch {
      return [];
    }
  }

  #isFresh({ askedAt }: Kept): boolean {
    return Math.abs(this.#now() - askedAt) <= FRESH_MS;
  }
}

function isKept(start: Partial<Kept> | null): start is Kept {
  return typeof start?.key === "string" && typeof start.askedAt === "number" && typeof start.caseId === "string";
}
