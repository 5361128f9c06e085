// How is a job followed to its end? One loop per job, however many look on; as often as the API says, no more.

import { retryDelayMs } from "./backoff.js";
import { asOurs, CaseworkError, isCutOff, isPassing, type UserChangedError } from "./errors.js";
import type { Api } from "./http.js";
import type { Job } from "./job.js";
import type { JobStore, Known } from "./job-store.js";
import { connectionAfter, type JobListener, type JobView } from "./job-view.js";
import type { Live } from "./live.js";
import { type PageChange, safely } from "./ports.js";
import { CANCEL_TAKES_MS, readJob } from "./read-job.js";
import type { Person, Pin } from "./session.js";

const HIDDEN_FACTOR = 4;
const HIDDEN_LEAST_MS = 30_000;
/** When the end is known without its result, and the answer is older than that. */
const STALE_MS = 1_000;
/** Over how long the jobs of a socket that has closed are spread. */
const SPREAD_MS = 2_000;
/** A job that is followed over an open socket is asked for only this often: news may get lost. */
const WATCHDOG_MS = 30_000;
const LONGEST_EXPECTED_MS = 10 * 60_000;

interface Around {
  api: Api;
  store: JobStore;
  live: Live;
}

/** All jobs that a client follows. */
export class Watches {
  readonly #around: Around;
  readonly #open = new Map<string, Watch>();
  /** When jobs that were just started are worth a first look; the oldest first. */
  readonly #expected = new Map<string, number>();

  constructor(around: Around) {
    this.#around = around;
  }

  /** Follow a job, for whoever is there or for this person only, until it is done, an error is final, or the function that this returns is called. */
  watch(jobId: string, listener: JobListener, person: Person | null = null): () => void {
    const watch = this.#open.get(jobId) ?? this.#opened(jobId, person);
    const leave = watch.join(listener);
    return () => {
      if (leave() === 0) this.#close(jobId, watch);
    };
  }

  /** Ask for a job so many milliseconds from now: not sooner, and not later either when it is followed already. */
  expect(jobId: string, inMs: number): void {
    const now = this.#around.api.ports.now();
    for (const [id, at] of this.#expected) {
      if (at > now && at - now <= LONGEST_EXPECTED_MS) break;
      this.#expected.delete(id); // nobody came to look; or the clock was set back
    }
    const watch = this.#open.get(jobId);
    if (watch) watch.reschedule(inMs);
    else this.#expected.set(jobId, now + inMs);
  }

  /** The person has changed: nothing is followed any longer, and all listeners learn it. */
  endAll(error: UserChangedError): void {
    for (const [jobId, watch] of [...this.#open]) {
      if (watch.isFresh) continue; // it asks for the first time, as whoever is there now
      watch.end(error);
      this.#close(jobId, watch);
    }
    this.#expected.clear();
  }

  #opened(jobId: string, person: Person | null): Watch {
    const { ports } = this.#around.api;
    const inMs = Math.max(0, (this.#expected.get(jobId) ?? 0) - ports.now());
    const firstInMs = inMs > LONGEST_EXPECTED_MS ? 0 : inMs; // the clock was set back
    this.#expected.delete(jobId);
    const watch = new Watch(jobId, { firstInMs, person, ...this.#around });
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
  readonly #around: Around;
  readonly #listeners = new Set<JobListener>();
  /** Who joined after a token was refused, and has to be told when the next one is, too. */
  readonly #newcomers = new Set<JobListener>();
  readonly #stopped = new AbortController();
  readonly #pin: Pin;
  readonly #leaveStore: () => void;
  #view: JobView = { job: null, error: null, connection: "ok" };
  #trouble: CaseworkError | null = null;
  /** Somebody looks at the job already: it can be shown without asking whether this person may see it. */
  readonly #isShown: boolean;
  #unfollow = () => {};
  #failures = 0;
  #isCutOff = false;
  #askedAt: number;
  #pauseMs: number;
  /** Whether the pause is one that a page does not change: the API or an action named it. */
  #isSet = true;
  #nap = new AbortController();

  constructor(jobId: string, { firstInMs, person, ...around }: Around & { firstInMs: number; person: Person | null }) {
    this.#jobId = jobId;
    this.#around = around;
    this.#pin = { person };
    this.#askedAt = around.api.ports.now();
    this.#pauseMs = firstInMs;
    this.#isShown = around.store.peek(jobId) !== null;
    this.#leaveStore = around.store.subscribe(jobId, () => this.#changed());
    this.ended = this.#run();
  }

  /** The function that this returns leaves again, and says how many are left. */
  join(listener: JobListener): () => number {
    const call: JobListener = (...seen) => listener(...seen); // the same function may be added twice
    this.#listeners.add(call);
    const { job, error, connection } = this.#view;
    if (job || error || connection !== "ok") queueMicrotask(() => this.#call(call, this.#view, null));
    if (connection === "unauthorized") {
      this.#newcomers.add(call);
      this.reschedule(0); // the token may be another by now
    }
    return () => {
      this.#listeners.delete(call);
      return this.#listeners.size;
    };
  }

  get isFresh(): boolean {
    return this.#pin.person === null;
  }

  stop(): void {
    this.#stopped.abort();
    this.#nap.abort();
    this.#unfollow();
    this.#leaveStore();
  }

  end(error: CaseworkError): void {
    this.#tell({ job: null, error, connection: "ok" });
  }

  /** The next look is in so many milliseconds, also when one is under way. */
  reschedule(inMs: number): void {
    this.#pauseFor(inMs, true);
    this.#nap.abort();
  }

  async #run(): Promise<void> {
    await null; // whoever watches has joined by then
    const ignorePage = this.#around.api.ports.page.onChange((change) => this.#wake(change));
    if (this.#isShown) this.#changed();
    // Whose look it is shows now, not after the first pause. Nobody waits for it: the first request asks again.
    const asking = { pin: this.#pin, isRead: true, signal: this.#stopped.signal };
    void this.#around.api.session.token(asking).catch(() => undefined);
    if (!this.#isOver()) this.#unfollow = this.#around.live.follow(this.#jobId, () => this.#liveChanged());
    while (!this.#isOver()) {
      await this.#pause();
      if (this.#isOver()) break;
      this.#isSet = false;
      await this.#look();
    }
    this.#unfollow();
    ignorePage();
  }

  /** News comes by itself now, or no longer: then not all jobs of a socket ask in the same moment. */
  #liveChanged(): void {
    const { live, api } = this.#around;
    if (live.isLive(this.#jobId)) this.#nap.abort();
    else if (!this.#isSet) this.reschedule(api.ports.random() * SPREAD_MS);
  }

  #isOver(): boolean {
    return this.#stopped.signal.aborted || this.#view.error !== null || this.#view.job?.done === true;
  }

  /** Ask once; never throws. */
  async #look(): Promise<void> {
    const { api } = this.#around;
    const newcomers = [...this.#newcomers];
    this.#newcomers.clear();
    try {
      const { pauseMs } = await readJob(this.#jobId, { ...this.#around, pin: this.#pin, signal: this.#stopped.signal });
      this.#failures = 0;
      this.#isCutOff = false;
      if (!this.#isSet) this.#pauseFor(pauseMs, false);
      this.#trouble = null;
      const { job, isWhole } = this.#around.store.kept(this.#jobId) as Known;
      if (isRest(job, isWhole)) {
        this.#pauseFor(STALE_MS, true);
        return;
      }
      this.#tell({ job, error: null, connection: "ok" });
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      if (!(error instanceof CaseworkError && isPassing(error))) {
        this.#around.store.drop(this.#jobId);
        this.#tell({ ...this.#view, error: asOurs(error), connection: "ok" });
        return;
      }
      this.#failures += 1;
      this.#trouble = error;
      this.#isCutOff = isCutOff(error);
      this.#pauseFor(retryDelayMs(this.#failures, error, api.ports.random()), false);
      this.#tell({ ...this.#view, connection: connectionAfter(error) });
      for (const call of newcomers) this.#call(call, this.#view);
    }
  }

  /** The store knows something else of the job. Its end is shown with its result, which only GET has. */
  #changed(): void {
    const known = this.#around.store.kept(this.#jobId);
    if (!known || this.#stopped.signal.aborted) return;
    const { job, isWhole } = known;
    if (isRest(job, isWhole)) {
      this.reschedule(0);
      return;
    }
    const wasAsked = this.#view.job?.cancel_requested ?? false;
    this.#trouble = null;
    this.#tell({ job, error: null, connection: "ok" }); // whichever way the news came, the API was reached
    if (job.done) this.#nap.abort();
    else if (job.cancel_requested && !wasAsked) this.reschedule(CANCEL_TAKES_MS);
  }

  #tell(view: JobView): void {
    const { job, error, connection } = this.#view;
    if (view.job === job && view.error === error && view.connection === connection) return;
    this.#view = view;
    for (const call of [...this.#listeners]) this.#call(call, view);
  }

  /** A listener's error is the listener's: it is reported, and the others are called. */
  #call(call: JobListener, view: JobView, trouble = this.#trouble): void {
    if (this.#listeners.has(call)) safely(this.#around.api.ports, () => call(view, trouble));
  }

  /** The page changed: the pause is measured again, and over when all that was missing is a connection. */
  #wake(change: PageChange): void {
    if (this.#isCutOff && change !== "hidden") this.#pauseMs = 0;
    this.#nap.abort();
  }

  #pauseFor(ms: number, isSet: boolean): void {
    this.#askedAt = this.#around.api.ports.now();
    this.#pauseMs = ms;
    this.#isSet = isSet;
  }

  async #pause(): Promise<void> {
    for (let left = this.#left(); left > 0 && !this.#isOver(); left = this.#left()) {
      const nap = new AbortController();
      this.#nap = nap;
      await this.#around.api.ports.sleep(left, nap.signal);
      if (!nap.signal.aborted) return; // slept enough, whatever the clock says
    }
  }

  #left(): number {
    const { now, page } = this.#around.api.ports;
    const isFree = !this.#isSet && this.#pauseMs > 0;
    const shownMs =
      isFree && this.#around.live.isLive(this.#jobId) ? Math.max(WATCHDOG_MS, this.#pauseMs) : this.#pauseMs;
    const pauseMs = isFree && page.isHidden() ? Math.max(HIDDEN_LEAST_MS, HIDDEN_FACTOR * this.#pauseMs) : shownMs;
    const passed = now() - this.#askedAt;
    return passed < 0 ? pauseMs : pauseMs - passed; // a clock that was set back says nothing
  }
}

/** True for a completed job without its result, as lists and streams give it. */
function isRest(job: Job, isWhole: boolean): boolean {
  return job.status === "completed" && !isWhole;
}
