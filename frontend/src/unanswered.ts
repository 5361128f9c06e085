// Which starts got no answer? Remembered under the person who made them until they have one, so that a reload loses none.

import type { StartBody } from "./api.js";
import { type KeyValueStorage, shortMemory } from "./ports.js";
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

export class UnansweredStarts {
  readonly #root: string;
  readonly #storage: KeyValueStorage;
  readonly #now: () => number;
  #memory = shortMemory();

  constructor({ root, storage, now }: { root: string; storage: KeyValueStorage; now: () => number }) {
    this.#root = root;
    this.#storage = storage;
    this.#now = now;
  }

  /** The latest of this place; null when there is none, or it is too old to be sent again. */
  latest(person: Person, { caseId, jobType }: Place): Unanswered | null {
    const starts = this.#read(person).filter((start) => start.caseId === caseId && start.jobType === jobType);
    return starts[starts.length - 1] ?? null;
  }

  add(person: Person, start: Unanswered): void {
    this.#write(person, [...this.#read(person), start]);
  }

  /** It was answered, refused or given up. */
  remove(person: Person, { key }: Unanswered): void {
    this.#write(
      person,
      this.#read(person).filter((start) => start.key !== key),
    );
  }

  /** Keep nothing of this person on this computer. */
  forget(person: Person): void {
    this.#write(person, []);
  }

  /** Keep nothing in this page: whoever comes next is another. */
  clear(): void {
    this.#memory = shortMemory();
  }

  /** Without what is too old, and what this version of the client did not write. */
  #read(person: Person): Unanswered[] {
    const name = this.#nameOf(person);
    const starts = understood(this.#memory.getItem(name) ?? this.#stored(person, name));
    return starts.filter(({ askedAt }) => Math.abs(this.#now() - askedAt) <= FRESH_MS);
  }

  #write(person: Person, starts: Unanswered[]): void {
    const name = this.#nameOf(person);
    this.#memory.removeItem(name);
    try {
      if (person.key !== null) this.#storage.removeItem(name); // an older one must not stay when this one has no room
      if (starts.length === 0) return;
      if (person.key !== null) {
        this.#storage.setItem(name, JSON.stringify(starts));
        return;
      }
    } catch {
      // full or forbidden: as long as the page lasts, then
    }
    if (starts.length > 0) this.#memory.setItem(name, JSON.stringify(starts));
  }

  #stored(person: Person, name: string): string | null {
    try {
      return person.key === null ? null : this.#storage.getItem(name);
    } catch {
      return null;
    }
  }

  #nameOf({ key }: Person): string {
    return `casework ${this.#root} ${key}`;
  }
}

function understood(text: string | null): Unanswered[] {
  try {
    const starts: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(starts) ? starts.filter(isUnanswered) : [];
  } catch {
    return [];
  }
}

function isUnanswered(start: Partial<Unanswered> | null): start is Unanswered {
  return typeof start?.key === "string" && typeof start.askedAt === "number" && typeof start.caseId === "string";
}
