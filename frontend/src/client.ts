// What can a program do with Casework? Start analyses, follow jobs, keep cases: `createClient` puts it all together.

import { createAnalysis } from "./analysis.js";
import type { Analysis, LiveAnalysis } from "./analysis-state.js";
import { type Cases, casesOf } from "./cases.js";
import { type Core, lend } from "./core.js";
import type { Documents } from "./documents.js";
import { isProblem, UserChangedError, WaitTimeoutError } from "./errors.js";
import { type CallOptions, connect, rootOf } from "./http.js";
import { isJob, type Job, resultOf, type Start } from "./job.js";
import { JobStore } from "./job-store.js";
import type { JobView } from "./job-view.js";
import { idOf, type JobRef, type Jobs, jobsOf } from "./jobs.js";
import { late, lateLive } from "./late.js";
import { type KeyValueStorage, type Ports, shortMemory, standardPorts } from "./ports.js";
import type { Results } from "./results.js";
import type { JobType } from "./routes.js";
import { type GetToken, Session, type UserOption } from "./session.js";
import { type StartOptions, startJob } from "./starts.js";
import { openTabs } from "./tabs.js";
import { UnansweredStarts } from "./unanswered.js";
import { jobWhenDone, type WaitOptions } from "./wait.js";
import { Watches } from "./watch.js";

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

/** How an analysis is run to its result. */
export interface RunOptions<T extends JobType> extends StartOptions, WaitOptions<Job<T>> {
  /** Cancel the job, too, when the signal aborts or the time is over. */
  cancelOnAbort?: boolean | undefined;
}

/**
 * A client of one user at a time. What it throws stands in errors.ts. Whatever fails for want of an answer is repeated by
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
   * The end, e.g. at a logout: nothing is asked for or shown any more, in other tabs of this user neither. `forget`: keep
   * nothing of the user on this computer.
   */
  close(options?: { forget?: boolean }): void;
}

const DOCUMENTS = { addText: 1, upload: 1, list: 1, delete: 1, content: 1, page: 1 } as const;

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
  const watches = new Watches({ api, store, live: lateLive({ api, store }) });
  const root = rootOf(baseUrl);
  const unanswered = new UnansweredStarts({ root, storage: ports.storage, now: ports.now });
  const analyses = new Map<string, LiveAnalysis>();
  const tabs = openTabs({ ports, session, root }, ({ caseId, jobType, jobId }) =>
    analyses.get(nameOf(jobType, caseId))?.startedElsewhere(jobId),
  );

  const core: Core = {
    ...{ api, store, watches, unanswered },
    begun({ job_id, retry_after_ms }, place) {
      watches.expect(job_id, retry_after_ms);
      tabs.tellStarted({ ...place, jobId: job_id });
    },
    async cancel(jobId, { pin = { person: null }, ...options } = {}) {
      const parameters = { job_id: jobId };
      try {
        return store.accept(
          await api.ask<Job>({ route: "POST /jobs/{job_id}/cancel", parameters, pin, is: isJob }, options),
        );
      } catch (error) {
        if (!isProblem(error, "already_finished")) throw error;
        return jobs.get(jobId, options);
      }
    },
  };
  const jobs = jobsOf(core);

  session.onChange((isLeft) => {
    store.clear();
    unanswered.clear();
    watches.endAll(new UserChangedError("Another user has logged in, or the client was closed."));
    for (const analysis of analyses.values()) analysis.personChanged(isLeft);
  });

  const start = <T extends JobType>(jobType: T, caseId: string, { body = {}, ...sending }: StartOptions = {}) =>
    startJob(core, { jobType, caseId, body, retriedFrom: null }, sending);

  const waitForJob = <T extends JobType>(job: JobRef<T>, waiting: WaitOptions<Job<T>> = {}) =>
    jobWhenDone(idOf(job), waiting as WaitOptions, { watches, ports }) as Promise<Job<T>>;

  const client: Client = {
    async run<T extends JobType>(jobType: T, caseId: string, options: RunOptions<T> = {}) {
      const { cancelOnAbort = false, onProgress, signal, timeout, ...starting } = options;
      const { job_id } = await start(jobType, caseId, { ...starting, signal });
      try {
        return resultOf(await waitForJob<T>(job_id, { onProgress, signal, timeout }));
      } catch (error) {
        const isGivenUp = signal?.aborted || error instanceof WaitTimeoutError;
        if (cancelOnAbort && isGivenUp) await core.cancel(job_id).catch(() => undefined);
        throw error;
      }
    },
    start,
    async retry<T extends JobType>(given: Job<T> | string, { body = {}, ...sending }: StartOptions = {}) {
      const job = typeof given === "string" ? await jobs.get<T>(given, { signal: sending.signal }) : given;
      const wanted = { jobType: job.job_type, caseId: String(job.metadata.case_id), body, retriedFrom: job.job_id };
      return startJob(core, wanted, sending);
    },
    cancel: async (job, options) => core.cancel(idOf(job), options),
    waitForJob,
    watchJob: (job, listener) => watches.watch(idOf(job), (view) => listener(view)),
    analysis<T extends JobType>(caseId: string, jobType: T) {
      const name = nameOf(jobType, caseId);
      const analysis = (analyses.get(name) as LiveAnalysis<T> | undefined) ?? createAnalysis(core, caseId, jobType);
      analyses.set(name, analysis as LiveAnalysis);
      makeRoom(analyses);
      return analysis;
    },
    jobs,
    cases: casesOf(api),
    documents: late<Documents>(session, async () => (await import("./documents.js")).documentsOf(api), DOCUMENTS),
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
  if (analyses.size <= KEPT_ANALYSES) return;
  for (const [name, { isUsed }] of [...analyses].slice(0, -KEPT_ANALYSES)) if (!isUsed) analyses.delete(name);
}
