// How is an analysis of a case now, and what can the user do about it?

import { useCallback, useSyncExternalStore } from "react";
import type { AnalysisState } from "../analysis.js";
import type { StartBody } from "../api.js";
import type { JobType } from "../results.js";
import { useClient } from "./provider.js";

/** The state, and what buttons do; these take no arguments and never throw, so that they fit `onClick` as they are. */
export interface UsedAnalysis<T extends JobType> extends AnalysisState<T> {
  start: () => Promise<void>;
  cancel: () => Promise<void>;
  retry: () => Promise<void>;
  reset: () => void;
}

/** One analysis of one case; `body` says how its jobs are to be run. A job that was open before a reload is found again. */
export function useAnalysis<T extends JobType>(caseId: string, jobType: T, body?: StartBody): UsedAnalysis<T> {
  const analysis = useClient().analysis(caseId, jobType);
  const state = useSyncExternalStore(analysis.subscribe, analysis.getState, analysis.getState);
  const start = useCallback(() => analysis.start(body), [analysis, body]);
  const retry = useCallback(() => analysis.retry(body), [analysis, body]);
  const cancel = useCallback(() => analysis.cancel(), [analysis]);
  const reset = useCallback(() => analysis.reset(), [analysis]);
  return { ...state, start, retry, cancel, reset };
}
