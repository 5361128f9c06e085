// What is there to draw of an analysis, and what can be done about it?

import type { StartBody } from "./api.js";
import type { CaseworkError } from "./errors.js";
import type { Job, JobStatus } from "./job.js";
import type { Connection } from "./job-view.js";
import type { Results } from "./results.js";
import type { JobType } from "./routes.js";

/**
 * `status`: `idle` when the case has no such job, `starting` until the API has answered, then the job's. `isLoading`: it is
 * not known yet whether there is one, or its result is on the way. `error`: why the job failed (a JobFailedError), or what
 * was refused: a start, a cancel. `connection` says whether the last request was answered; the job goes on either way.
 */
export interface AnalysisState<T extends JobType = JobType> {
  status: "idle" | "starting" | JobStatus;
  isLoading: boolean;
  isBusy: boolean;
  isCancelling: boolean;
  /** 0 to 100 */
  progress: number;
  /** The API's own sentence; `progressText` of @casework/client/messages has others. */
  message: string;
  job: Job<T> | null;
  result: Results[T] | null;
  error: CaseworkError | null;
  connection: Connection;
}

/** All functions may be passed around by themselves, and none of them throws: what goes wrong is in the state. */
export interface Analysis<T extends JobType = JobType> {
  getState(): AnalysisState<T>;
  /** Call the listener after each change. The first one finds out what the API knows of this analysis. */
  subscribe(listener: () => void): () => void;
  /** Does nothing while a job is open. */
  start(body?: StartBody): Promise<void>;
  cancel(): Promise<void>;
  /** Run the finished job again. */
  retry(body?: StartBody): Promise<void>;
  /** Put what is finished out of sight. */
  reset(): void;
}

/** What the client tells an analysis. */
export interface LiveAnalysis<T extends JobType = JobType> extends Analysis<T> {
  /** Another person is there, or, when the one before has only left, nobody as yet. */
  personChanged(isLeft: boolean): void;
  /** Another tab, or this page in another way, has started this job. */
  startedElsewhere(jobId: string): void;
  readonly isUsed: boolean;
}

/** The state of an analysis that there is not. */
export const IDLE: AnalysisState<never> = {
  status: "idle",
  isLoading: false,
  isBusy: false,
  isCancelling: false,
  progress: 0,
  message: "",
  job: null,
  result: null,
  error: null,
  connection: "ok",
};
/** The state before anything is known. */
export const UNKNOWN: AnalysisState<never> = { ...IDLE, isLoading: true };
