// What does a user see of one analysis of one case? A state to draw and four things to do; no framework in it.

import type { StartBody } from "./api.js";
import type { Client } from "./client.js";
import { CaseworkError, isCutOff, isProblem } from "./errors.js";
import type { Job, JobStatus } from "./job.js";
import type { Page, PageChange } from "./ports.js";
import type { JobType, Results } from "./results.js";
import type { Sight } from "./watch.js";

/**
 * `status`: `idle` before anything was started, `starting` until the API has answered, then the job's. `error` is a
 * sentence to show: why the job failed, or why the API refused; `failure` is the same as an error, when it was no job's.
 * While `isBusy` that is a refused cancel or token, and the following goes on. `trouble`: the connection is lost at the
 * moment; the job goes on, and so does the following.
 */
export interface AnalysisState<T extends JobType = JobType> {
  status: "idle" | "starting" | JobStatus;
  isBusy: boolean;
  isCancelling: boolean;
  /** 0 to 100 */
  progress: number;
  message: string;
  job: Job<T> | null;
  result: Results[T] | null;
  error: string | null;
  failure: CaseworkError | null;
  trouble: CaseworkError | null;
}

/** All functions may be passed around by themselves, and none of them throws: what goes wrong stands in the state. */
export interface Analysis<T extends JobType = JobType> {
  getState(): AnalysisState<T>;
  /** Tell of changes; the first subscriber also finds the job that was open before a reload. */
  subscribe(listener: () => void): () => void;
  /** Does nothing while a job is open. */
  start(body?: StartBody): Promise<void>;
  cancel(): Promise<void>;
  /** Run the finished job again. */
  retry(body?: StartBody): Promise<void>;
  /** Put what is finished out of sight. */
  reset(): void;
}

const IDLE: AnalysisState<never> = {
  status: "idle",
  isBusy: false,
  isCancelling: false,
  progress: 0,
  message: "",
  job: null,
  result: null,
  error: null,
  failure: null,
  trouble: null,
};
const OPEN = { status: "pending", isBusy: true } as const;

/** The analysis of this type of this case. */
export function createAnalysis<T extends JobType>(
  { client, page }: { client: Client; page: Page },
  caseId: string,
  jobType: T,
): Analysis<T> {
  const listeners = new Set<() => void>();
  let state: AnalysisState<T> = IDLE;
  let jobId: string | null = null;
  let resuming: Promise<void> | null = null;
  let unwatch = () => {};
  let ignorePage = () => {};

  function change(next: AnalysisState<T>): void {
    state = next;
    for (const listener of [...listeners]) listener();
  }

  function follow(id: string): void {
    unwatch();
    jobId = id;
    if (listeners.size > 0) unwatch = client.watchJob(id, (sight) => change(stateAfter(state, sight)));
  }

  async function begin(ask: () => Promise<{ job_id: string }>): Promise<void> {
    const before = state;
    jobId = null;
    change({ ...IDLE, status: "starting", isBusy: true });
    try {
      const { job_id } = await ask();
      change({ ...IDLE, ...OPEN });
      follow(job_id);
    } catch (error) {
      change({ ...before, ...refused(error) });
    }
  }

  async function resume(): Promise<void> {
    if (state.status === "starting") return; // what follows the answer is begin's
    if (jobId !== null) return state.isBusy ? follow(jobId) : undefined;
    try {
      const id = await client.resume(caseId, jobType);
      if (id === null) return;
      change({ ...IDLE, ...OPEN });
      follow(id);
    } catch (error) {
      change({ ...state, ...refused(error) });
    }
  }

  function resumeOnce(): void {
    resuming ??= resume().finally(() => {
      resuming = null;
    });
  }

  /** What became of a start that went out into a lost connection shows when that is back. */
  function onPage(pageChange: PageChange): void {
    if (pageChange !== "hidden" && !state.isBusy && isCutOff(state.failure)) resumeOnce();
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) {
        ignorePage = page.onChange(onPage);
        resumeOnce();
      }
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        ignorePage();
        unwatch();
      };
    },
    async start(body = {}) {
      await resuming;
      if (!state.isBusy) await begin(() => client.start(jobType, caseId, body));
    },
    async cancel() {
      if (jobId === null || !state.isBusy) return;
      change({ ...state, isCancelling: true, error: null, failure: null });
      try {
        change(stateAfter(state, { job: await client.cancel(jobId), trouble: null, failure: null }));
      } catch (error) {
        change({ ...state, isCancelling: false, ...refused(error) });
      }
    },
    async retry(body = {}) {
      await resuming;
      const { job } = state;
      if (job?.done) await begin(() => client.retry(job, body));
    },
    reset() {
      if (state.isBusy) return;
      jobId = null;
      change(IDLE);
    },
  };
}

/** The state after one more sight of the job. */
export function stateAfter<T extends JobType>(
  state: AnalysisState<T>,
  { job, trouble, failure }: Sight,
): AnalysisState<T> {
  if (isProblem(trouble, "unauthorized")) return { ...state, trouble: null, ...refused(trouble) };
  if (trouble) return { ...state, trouble };
  // Not even a remembered job: it has expired, or belongs to whoever was logged in before.
  if (isProblem(failure, "not_found") && state.job === null) return IDLE;
  if (failure) return { ...state, isBusy: false, trouble: null, ...refused(failure) };
  if (job === null) return state;
  return {
    status: job.status,
    isBusy: !job.done,
    isCancelling: !job.done && job.cancel_requested,
    progress: job.progress,
    message: job.progress_message,
    job: job as Job<T>,
    result: job.result as Results[T] | null,
    error: job.error,
    failure: null,
    trouble: null,
  };
}

function refused(error: unknown): { error: string; failure: CaseworkError } {
  const failure =
    error instanceof CaseworkError ? error : new CaseworkError("The client met a defect.", { cause: error });
  return { error: failure.message, failure };
}
