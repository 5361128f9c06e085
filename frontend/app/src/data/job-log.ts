// Which jobs are there, for an operator who watches? The list as the API has it, in pages, asked again while it is seen.

import { type AnyJob, type Client, isTransient } from "@casework/client";
import { type JobFilters, queryOf, startOf } from "./job-filters.js";

const PAGE = 100;
const EVERY_MS = 5_000;
/** So many pages from the top are asked again at most; jobs further down have mostly ended. */
const MOST_PAGES = 3;

/** `live`: everything is shown. `scrolled`: rows change in place, new ones wait. `paused`: nothing moves. */
export type Mode = "live" | "scrolled" | "paused";

export interface JobLogState {
  /** Newest first, without results. */
  jobs: readonly AnyJob[];
  /** New ones that wait to be shown. */
  waiting: number;
  isLoading: boolean;
  isLoadingMore: boolean;
  hasMore: boolean;
  /** Why the list is refused; it is not asked for again. */
  error: Error | null;
  isCutOff: boolean;
  /** When the API last answered, in milliseconds since 1970. */
  asOf: number | null;
}

const EMPTY_LOG: JobLogState = {
  ...{ jobs: [], waiting: 0, isLoading: true, isLoadingMore: false, hasMore: false },
  ...{ error: null, isCutOff: false, asOf: null },
};

export interface Clock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  isHidden(): boolean;
}

/** The jobs that fit the filters. */
export class JobLog {
  readonly #client: Pick<Client, "jobs">;
  readonly #filters: JobFilters;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #state = EMPTY_LOG;
  #all: AnyJob[] = [];
  #cursor: string | null = null;
  #mode: Mode = "live";
  #onScreen = 0;
  #stopped = new AbortController();

  constructor(client: Pick<Client, "jobs">, filters: JobFilters, clock: Clock = BROWSER) {
    this.#client = client;
    this.#filters = filters;
    this.#clock = clock;
  }

  getState = (): JobLogState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#stopped = new AbortController();
      void this.#run(this.#stopped.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stopped.abort();
    };
  };

  setMode(mode: Mode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#show({});
  }

  /** So many rows from the top are on the screen or above it. */
  setOnScreen(count: number): void {
    this.#onScreen = count;
  }

  /** The next page. */
  async loadMore(): Promise<void> {
    if (this.#cursor === null || this.#state.isLoadingMore || this.#mode === "paused") return;
    this.#change({ isLoadingMore: true });
    const { signal } = this.#stopped;
    try {
      const { jobs, cursor } = await this.#page(this.#cursor, signal);
      const known = new Set(this.#all.map(({ job_id }) => job_id));
      this.#all = [...this.#all, ...jobs.filter(({ job_id }) => !known.has(job_id))];
      this.#cursor = cursor;
      this.#show({ isLoadingMore: false });
    } catch (error) {
      if (!signal.aborted) this.#failed(error, { isLoadingMore: false });
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#state.error === null) {
      if (!this.#clock.isHidden()) await this.#refresh(signal);
      await this.#clock.sleep(EVERY_MS, signal);
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    try {
      const fresh: AnyJob[] = [];
      let cursor: string | null = null;
      for (let page = 0; page === 0 || (cursor && page < MOST_PAGES && fresh.length < this.#onScreen); page++) {
        const next = await this.#page(cursor, signal);
        fresh.push(...next.jobs);
        cursor = next.cursor;
      }
      this.#merge(fresh, cursor);
      this.#show({ isLoading: false, isCutOff: false, asOf: this.#clock.now() });
    } catch (error) {
      if (!signal.aborted) this.#failed(error, { isLoading: false });
    }
  }

  /** The top as it is now, before what older pages had; when nothing of it is known, there is a gap: then it is all. */
  #merge(fresh: AnyJob[], cursor: string | null): void {
    const last = fresh.at(-1);
    const ids = new Set(fresh.map(({ job_id }) => job_id));
    const isKnown = this.#all.some(({ job_id }) => ids.has(job_id));
    if (cursor === null || !last || !isKnown) {
      this.#all = fresh;
      this.#cursor = cursor;
      return;
    }
    const older = this.#all.filter(({ job_id, created_at }) => !ids.has(job_id) && created_at <= last.created_at);
    if (older.length === 0) this.#cursor = cursor;
    this.#all = [...fresh, ...older];
  }

  async #page(cursor: string | null, signal: AbortSignal): Promise<{ jobs: AnyJob[]; cursor: string | null }> {
    const query = { ...queryOf(this.#filters), limit: PAGE, scope: "all" as const, ...(cursor ? { cursor } : {}) };
    const { jobs, next_cursor } = await this.#client.jobs.list(query, { retry: false, signal });
    const start = startOf(this.#filters, this.#clock.now());
    const wanted = jobs.filter(({ created_at }) => start === null || Date.parse(created_at) >= start);
    return { jobs: wanted, cursor: wanted.length < jobs.length ? null : next_cursor };
  }

  #failed(error: unknown, change: Partial<JobLogState>): void {
    if (isTransient(error)) this.#change({ ...change, isCutOff: true });
    else this.#change({ ...change, error: error instanceof Error ? error : new Error(String(error)) });
  }

  #show(change: Partial<JobLogState>): void {
    const { jobs: before } = this.#state;
    const top = before[0]?.created_at;
    const isNew = ({ created_at }: AnyJob) => top !== undefined && created_at > top;
    const waiting = this.#mode === "live" ? 0 : this.#all.filter(isNew).length;
    const shown = { live: this.#all, scrolled: this.#all.slice(waiting), paused: before };
    const jobs = before.length === 0 ? this.#all : shown[this.#mode];
    this.#change({ ...change, jobs: same(before, jobs), waiting, hasMore: this.#cursor !== null });
  }

  #change(change: Partial<JobLogState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The list of before when nothing in it has changed. */
function same(before: readonly AnyJob[], now: readonly AnyJob[]): readonly AnyJob[] {
  const isSame = (job: AnyJob, at: number) => before[at]?.job_id === job.job_id && before[at]?.version === job.version;
  return before.length === now.length && now.every(isSame) ? before : now;
}

const BROWSER: Clock = {
  now: Date.now,
  isHidden: () => document.visibilityState === "hidden",
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};
