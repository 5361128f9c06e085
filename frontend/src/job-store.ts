// What is known of each job? One truth for all who look: whatever arrives, in whatever order, no job goes back.

import type { Job } from "./job.js";
import { type Ports, safely } from "./ports.js";

/** Results that nobody looks at are kept for this long, and this many: so that coming back costs a 304. */
const KEPT_MS = 60_000;
const KEPT = 3;

/** A job as it is known. `isWhole`: as GET gives it, with its result; lists and streams leave that out. */
export interface Known {
  readonly job: Job;
  readonly etag: string | null;
  readonly isWhole: boolean;
}

interface Entry {
  known: Known | null;
  readonly listeners: Set<() => void>;
  /** Ends the wait of a job that nobody looks at. */
  readonly left: AbortController;
}

export class JobStore {
  readonly #ports: Ports;
  /** Those that nobody looks at are in the order in which they were left. */
  readonly #entries = new Map<string, Entry>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** How many jobs are held. */
  get size(): number {
    return this.#entries.size;
  }

  /** The job as it is known, if somebody looks at it; what is only kept has to be asked for again. */
  peek(jobId: string): Known | null {
    const entry = this.#entries.get(jobId);
    return entry?.listeners.size ? entry.known : null;
  }

  /** What is kept of a job, to ask whether it has changed. */
  kept(jobId: string): Known | null {
    return this.#entries.get(jobId)?.known ?? null;
  }

  /** Call the listener after each change of this job; the answer ends that. */
  subscribe(jobId: string, listener: () => void): () => void {
    const before = this.#entries.get(jobId);
    const entry: Entry = {
      known: before?.known ?? null,
      listeners: before?.listeners ?? new Set(),
      left: new AbortController(),
    };
    before?.left.abort();
    this.#entries.set(jobId, entry);
    const call = () => listener(); // the same function may look on twice
    entry.listeners.add(call);
    return () => {
      if (entry.listeners.delete(call) && entry.listeners.size === 0) this.#leave(jobId);
    };
  }

  /**
   * Take in a job, from wherever it comes: an answer, a list, a stream. A lower version and whatever comes after the end
   * change nothing. Gives the job as it is known then.
   */
  accept(job: Job, { etag = null, isWhole = false }: { etag?: string | null; isWhole?: boolean } = {}): Job {
    const entry = this.#entries.get(job.job_id);
    if (!entry) return job;
    const next = newer(entry.known, { job, etag, isWhole });
    if (next !== entry.known) {
      entry.known = next;
      for (const listener of [...entry.listeners]) if (entry.listeners.has(listener)) safely(this.#ports, listener);
    }
    return next.job;
  }

  /** Let go of a job that is no more. */
  drop(jobId: string): void {
    const entry = this.#entries.get(jobId);
    if (!entry) return;
    entry.known = null;
    if (entry.listeners.size === 0) this.#remove(jobId, entry);
  }

  /** Let go of everything, e.g. because it is another person's. */
  clear(): void {
    for (const [jobId, entry] of this.#entries) {
      entry.known = null;
      if (entry.listeners.size === 0) this.#remove(jobId, entry);
    }
  }

  #remove(jobId: string, entry: Entry): void {
    entry.left.abort();
    if (this.#entries.get(jobId) === entry) this.#entries.delete(jobId);
  }

  #leave(jobId: string): void {
    const entry = this.#entries.get(jobId);
    if (!entry || entry.listeners.size > 0) return;
    this.#entries.delete(jobId);
    if (!entry.known?.isWhole) return;
    this.#entries.set(jobId, entry);
    const left = [...this.#entries].filter(([, { listeners }]) => listeners.size === 0);
    for (const [id, one] of left.slice(0, -KEPT)) this.#remove(id, one);
    void this.#ports.sleep(KEPT_MS, entry.left.signal, true).then(() => {
      if (!entry.left.signal.aborted && entry.listeners.size === 0) this.#remove(jobId, entry);
    });
  }
}

/** Which of the two is the truth: the higher version, the end, and of the same version the one with more in it. */
function newer(known: Known | null, arrived: Known): Known {
  if (known === null) return arrived;
  if (arrived.job.version < known.job.version || (known.job.done && !arrived.job.done)) return known;
  if (known.job.done || arrived.job.version === known.job.version) {
    return arrived.isWhole && !known.isWhole ? arrived : known;
  }
  return arrived;
}
