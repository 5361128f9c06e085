"use client";
// How is an analysis of a case now, and what can the user do about it?

import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { type AnalysisState, IDLE, UNKNOWN } from "../analysis-state.js";
import type { StartBody } from "../api.js";
import type { Job } from "../job.js";
import type { JobType } from "../routes.js";
import { useClient } from "./provider.js";

export interface AnalysisOptions<T extends JobType> {
  /** How its jobs are to be run. */
  body?: StartBody;
  /** False: nothing is asked for, and nothing can be done. */
  enabled?: boolean;
  /** Called when a job ends while the component is there; not for one that had ended before. */
  onCompleted?: (job: Job<T>) => void;
  onFailed?: (job: Job<T>) => void;
}

/** The state, and what buttons do; these take no arguments and never throw, so that they fit `onClick` as they are. */
export interface UsedAnalysis<T extends JobType> extends AnalysisState<T> {
  start: () => Promise<void>;
  cancel: () => Promise<void>;
  retry: () => Promise<void>;
  reset: () => void;
}

const ignore = () => () => {};
const nothing = async () => {};
const NONE = { getState: () => IDLE, subscribe: ignore, start: nothing, cancel: nothing, retry: nothing, reset() {} };
const onServer = () => UNKNOWN;
const onServerNone = () => IDLE;

/** One analysis of one case; none while there is no case. What the API knows of it is found out by itself. */
export function useAnalysis<T extends JobType>(
  caseId: string | null,
  jobType: T,
  options: AnalysisOptions<T> = {},
): UsedAnalysis<T> {
  const client = useClient();
  const { enabled = true } = options;
  const isOn = enabled && caseId !== null;
  const analysis = isOn ? client.analysis(caseId, jobType) : NONE;
  const state = useSyncExternalStore(analysis.subscribe, analysis.getState, isOn ? onServer : onServerNone);
  const latest = useRef(options);
  const openJobId = useRef<string | null>(null);
  const { job } = state;
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    if (job && !job.done) openJobId.current = job.job_id;
    if (!job?.done || openJobId.current !== job.job_id) return;
    openJobId.current = null;
    if (job.status === "completed") latest.current.onCompleted?.(job as Job<T>);
    if (job.status === "failed") latest.current.onFailed?.(job as Job<T>);
  }, [job]);
  const actions = useMemo(
    () => ({
      start: () => analysis.start(latest.current.body),
      retry: () => analysis.retry(latest.current.body),
      cancel: () => analysis.cancel(),
      reset: () => analysis.reset(),
    }),
    [analysis],
  );
  return { ...(state as AnalysisState<T>), ...actions };
}
