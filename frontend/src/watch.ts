// How is a job followed to its end? One loop per job, however many look on; as often as the API says, no more.

import { retryDelayMs } from "./backoff.js";
import { CaseworkError, isCutOff, isProblem, isTransient, NetworkError } from "./errors.js";
import type { Send } from "./http.js";
import type { Job } from "./job.js";
import type { PageChange, Ports } from "./ports.js";
import { readJob, type SeenJob } from "./read-job.js";

const HIDDEN_FACTOR = 4;
const HIDDEN_LEAST_MS = 30_000;

/**
 * What is known of a job that is followed. `trouble`: the last request failed and is being repeated. `failure`: it is of
 * no use to ask again, e.g. because there is no such job; the following has ended. It also ends when the job is done.
 */
export interface Sight {
  job: Job | null;
  trouble: CaseworkError | null;
  failure: CaseworkError | null;
}

export type SightListener = (sight: Sight) => void;

interface WatchOptions {
  send: Send;
  ports: Ports;
  /** Told of the last sight of each job that is followed to its end. */
  onEnd: (jobId: string, sight: Sight) => void;
}

/** All jobs that a client follows. */
export class Watches {
  readonly #options: WatchOptions;
  readonly #open = new Map<string, Watch>();
  readonly #expected = new Map<string, number>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Follow a job until it is done, a failure is final, or the function that this returns is called. */
  watch(jobId: string, listener: SightListener): () => void {
    const watch = this.#open.get(jobId) ?? this.#opened(jobId);
    watch.join(listener);
    return () => {
      if (watch.leave(listener) === 0) this.#close(jobId, watch);
    };
  }

  /** Ask for a job so many milliseconds from now: not sooner, and not later either when it is followed already. */
  expect(jobId: string, inMs: number): void {
    const at = this.#options.ports.now() + inMs;
    const watch = this.#open.get(jobId);
    if (watch) watch.reschedule(at);
    else this.#expected.set(jobId, at);
  }

  #opened(jobId: string): Watch {
    const watch = new Watch(jobId, this.#expected.get(jobId) ?? null, this.#options);
    this.#expected.delete(jobId);
    this.#open.set(jobId, watch);
    void watch.ended.then(() => this.#close(jobId, watch));
    return watch;
  }

  #close(jobId: string, watch: Watch): void {
    watch.stop();
    if (this.#open.get(jobId) === watch) this.#open.delete(jobId);
  }
}

class Watch {
  readonly ended: Promise<void>;
  readonly #jobId: string;
  readonly #options: WatchOptions;
  readonly #listeners = new Set<SightListener>();
  readonly #stopped = new AbortController();
  #sight: Sight = { job: null, trouble: null, failure: null };
  #seen: SeenJob | null = null;
  #failures = 0;
  #isCutOff = false;
  #askedAt = 0;
  #pauseMs = 0;
  #expectedAt: number | null;
  #nap = new AbortController();

  constructor(jobId: string, firstAt: number | null, options: WatchOptions) {
    this.#jobId = jobId;
    this.#options = options;
    this.#expectedAt = firstAt;
    this.ended = this.#run();
  }

  join(listener: SightListener): void {
    this.#listeners.add(listener);
    const { job, trouble, failure } = this.#sight;
    if (job || trouble || failure) queueMicrotask(() => this.#listeners.has(listener) && listener(this.#sight));
  }

  /** How many are left. */
  leave(listener: SightListener): number {
    this.#listeners.delete(listener);
    return this.#listeners.size;
  }

  stop(): void {
    this.#stopped.abort();
    this.#nap.abort();
  }

  /** The next look is at this time, also when one is under way. */
  reschedule(at: number): void {
    this.#expectedAt = at;
    this.#nap.abort();
  }

  async #run(): Promise<void> {
    const ignorePage = this.#options.ports.page.onChange((change) => this.#wake(change));
    let isOver = false;
    while (!isOver) {
      await this.#pause();
      if (this.#stopped.signal.aborted) break;
      this.#expectedAt = null;
      const sight = await this.#look();
      if (this.#stopped.signal.aborted) break;
      isOver = sight.failure !== null || sight.job?.done === true;
      if (isOver) this.#options.onEnd(this.#jobId, sight);
      this.#tell(sight);
    }
    ignorePage();
  }

  /** Ask once; never throws. */
  async #look(): Promise<Sight> {
    const { send, ports } = this.#options;
    try {
      this.#seen = await readJob(this.#jobId, { send, ports, seen: this.#seen, signal: this.#stopped.signal });
      this.#failures = 0;
      this.#isCutOff = false;
      this.#pauseFor(this.#seen.pauseMs);
      return { job: this.#seen.job, trouble: null, failure: null };
    } catch (error) {
      const { job } = this.#sight;
      if (!isPassing(error)) return { job, trouble: null, failure: asOurs(error) };
      this.#failures += 1;
      this.#isCutOff = isCutOff(error);
      this.#pauseFor(retryDelayMs(this.#failures, error, ports.random()));
      return { job, trouble: error, failure: null };
    }
  }

  #tell(sight: Sight): void {
    this.#sight = sight;
    for (const listener of [...this.#listeners]) {
      try {
        listener(sight);
      } catch (error) {
        queueMicrotask(() => {
          throw error; // the listener's defect is not the job's: it is reported, and the others are told
        });
      }
    }
  }

  /** The page changed: the pause is measured anew, and over when all that was missing is a connection. */
  #wake(change: PageChange): void {
    if (this.#isCutOff && change !== "hidden") this.#pauseMs = 0;
    this.#nap.abort();
  }

  #pauseFor(ms: number): void {
    this.#askedAt = this.#options.ports.now();
    this.#pauseMs = ms;
  }

  async #pause(): Promise<void> {
    await null; // whoever watches has joined by then
    for (let left = this.#left(); left > 0 && !this.#stopped.signal.aborted; left = this.#left()) {
      this.#nap = new AbortController();
      await this.#options.ports.sleep(left, this.#nap.signal);
    }
  }

  #left(): number {
    const { now, page } = this.#options.ports;
    if (this.#expectedAt !== null) return this.#expectedAt - now();
    const isSlowed = this.#pauseMs > 0 && page.isHidden();
    const pauseMs = isSlowed ? Math.max(HIDDEN_LEAST_MS, HIDDEN_FACTOR * this.#pauseMs) : this.#pauseMs;
    return this.#askedAt + pauseMs - now();
  }
}

/** True unless the API says for good that it does not give the job; a refused token may be renewed meanwhile. */
function isPassing(error: unknown): error is CaseworkError {
  return isTransient(error) || error instanceof NetworkError || isProblem(error, "unauthorized");
}

function asOurs(error: unknown): CaseworkError {
  return error instanceof CaseworkError ? error : new CaseworkError("The client met a defect.", { cause: error });
}
