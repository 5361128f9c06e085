// What can a program do with Casework? Start analyses, follow jobs, keep cases: `createClient` puts it all together.

import { createAnalysis } from "./analysis.js";
import type { Analysis, LiveAnalysis } from "./analysis-state.js";
import { type Cases, casesOf } from "./cases.js";
import { type Core, lend } from "./core.js";
import type { Documents } from "./documents.js";
import { UserChangedError } from "./errors.js";
import { type CallOptions, connect, rootOf } from "./http.js";
import type { AnyJob, Job, Start } from "./job.js";
import { JobStore } from "./job-store.js";
import { idOf, type JobRef, type JobView } from "./job-view.js";
import type { Jobs } from "./jobs.js";
import { late, lateWork, once } from "./late.js";
import { type KeyValueStorage, type Ports, shortMemory, standardPorts } from "./ports.js";
import type { Results } from "./results.js";
import type { JobType } from "./routes.js";
import { type GetToken, Session, type UserOption } from "./session.js";
import type { StartOptions } from "./starts.js";
import { openTabs, type Started } from "./tabs.js";
import { UnansweredStarts } from "./unanswered.js";
import type { WaitOptions } from "./wait.js";
import type { RunOptions } from "./work.js";

export interface ClientOptions {
  /** Where the API is, with its stage: `https://….amazonaws.com/api`. */
  baseUrl: string;
  getToken: GetToken;
  /**
   * An id of the user who is logged in, or a function that gives it. Without it the client reads the `sub` of the tokens;
   * when they have none, it remembers nothing over a reload.
   */
  user?: UserOption;
  fetch?: Ports["fetch"];
  /** Where starts without an answer are remembered over a reload: localStorage, unless another is named; null for nowhere. */
  storage?: KeyValueStorage | null;
  /** How many requests one call takes at most while there is no answer: 5. */
  retry?: number;
  /** Replaces other parts of the surroundings: time, chance, the page. For tests. */
  ports?: Partial<Ports>;
}

/**
 * A client of one user at a time. What it throws is in errors.ts. Whatever fails for want of an answer is repeated by
 * itself; a start has one Idempotency-Key, so that it makes one job.
 */
export interface Client {
  /** Start an analysis and wait for its result. */
  run<T extends JobType>(jobType: T, caseId: string, options?: RunOptions<T>): Promise<Results[T]>;
  start<T extends JobType>(jobType: T, caseId: string, options?: StartOptions): Promise<Start<T>>;
  /** Run a finished job again, as a new job. */
  retry<T extends JobType = JobType>(job: Job<T> | string, options?: StartOptions): Promise<Start<T>>;
  /** The job ends as `cancelled`, at once or as soon as its worker stops; one that had ended before is given as it is. */
  cancel(job: JobRef, options?: CallOptions): Promise<Job>;
  /** The job when it is done, however it ended: `resultOf(job)` gives its result or throws why there is none. */
  waitForJob<T extends JobType = JobType>(job: JobRef<T>, options?: WaitOptions<Job<T>>): Promise<Job<T>>;
  /** Call the listener after every change until the job is done, or until the function that this returns is called. */
  watchJob(job: JobRef, listener: (view: JobView) => void): () => void;
  /** One analysis of one case as a user sees it: its state, and what can be done. The same object for the same case. */
  analysis<T extends JobType>(caseId: string, jobType: T): Analysis<T>;

  readonly jobs: Jobs;
  readonly cases: Cases;
  readonly documents: Documents;

  /** Something to tell users apart by, e.g. in the keys of a cache; null when it is not known who is there. */
  readonly user: string | null;
  /**
   * The end, e.g. at a logout: nothing more is asked for or shown, in other tabs of this user neither. `forget`: keep
   * nothing of the user on this computer.
   */
  close(options?: { forget?: boolean }): void;
}

/** Analyses that nobody uses are kept up to this number, so that the same case has the same object. */
const KEPT_ANALYSES = 100;

/** A client of the API at `baseUrl`. */
export function createClient(options: ClientOptions): Client {
  const { baseUrl, getToken, user, fetch, storage, retry } = options;
  const ports: Ports = {
    ...standardPorts(),
    ...(fetch ? { fetch } : {}),
    ...(storage === undefined ? {} : { storage: storage ?? shortMemory() }),
    ...options.ports,
  };
  const session = new Session({ getToken, user });
  const api = connect({ baseUrl, session, ports, retry });
  const store = new JobStore(ports);
  const root = rootOf(baseUrl);
  const unanswered = new UnansweredStarts({ root, storage: ports.storage, now: ports.now });
  const analyses = new Map<string, LiveAnalysis>();
  const show = ({ caseId, jobType, jobId }: Started) => analyses.get(nameOf(jobType, caseId))?.startedElsewhere(jobId);
  const tabs = openTabs({ ports, session, root }, show);
  const onStarted = (started: Started) => {
    show(started);
    tabs.tellStarted(started);
  };
  const work = lateWork({ api, store, unanswered, onStarted });
  const core: Core = { ...work, api, store, unanswered };
  const documents = once(async () => (await import("./documents.js")).documentsOf(api));

  session.onChange((isLeft) => {
    store.clear();
    unanswered.clear();
    work.endAll(new UserChangedError("Another user has logged in, or the client was closed."));
    for (const analysis of analyses.values()) analysis.personChanged(isLeft);
  });

  const client: Client = {
    ...work.calls("run", "start", "retry", "cancel", "waitForJob"),
    watchJob: (job, listener) => work.watch(idOf(job), (view) => listener(view)),
    analysis<T extends JobType>(caseId: string, jobType: T) {
      const name = nameOf(jobType, caseId);
      const analysis = (analyses.get(name) as LiveAnalysis<T> | undefined) ?? createAnalysis(core, caseId, jobType);
      analyses.set(name, analysis as LiveAnalysis);
      makeRoom(analyses);
      return analysis;
    },
    jobs: {
      ...work.calls("get", "list", "events", "delete", "deliveries", "resend"),
      peek: (jobId) => session.person && ((store.peek(jobId)?.job ?? null) as AnyJob | null),
      subscribe: (jobId, listener) => store.subscribe(jobId, listener),
      accept: (job) => void store.accept(job, { isWhole: job.status !== "completed" || job.result !== null }),
    },
    cases: casesOf(api),
    documents: late(session, documents, "addText", "upload", "list", "delete", "content", "page"),
    get user() {
      return session.person.key;
    },
    close({ forget = false } = {}) {
      if (forget) unanswered.forget(session.person);
      tabs.tellClosed();
      session.close();
    },
  };
  return lend(client, core);
}

function nameOf(jobType: JobType, caseId: string): string {
  return `${jobType} ${caseId}`;
}

function makeRoom(analyses: Map<string, LiveAnalysis>): void {
  for (const [name, { isUsed }] of [...analyses].slice(0, -KEPT_ANALYSES)) if (!isUsed) analyses.delete(name);
}
