"use client";
// Which jobs are there now? The newest are asked for again while the page is seen, and open ones are followed.

import { useMemo, useSyncExternalStore } from "react";
import { EMPTY_LIST, type JobListState } from "../job-list-state.js";
import type { JobListQuery } from "../jobs.js";
import { lateJobList } from "../late.js";
import { useClient } from "./provider.js";

export interface UsedJobs extends JobListState {
  fetchNextPage: () => Promise<void>;
}

const onServer = () => EMPTY_LIST;

/** The jobs that fit the query, newest first. */
export function useJobs(query: Omit<JobListQuery, "cursor"> = {}): UsedJobs {
  const client = useClient();
  const asked = JSON.stringify(query);
  const list = useMemo(() => lateJobList(client, JSON.parse(asked)), [client, asked]);
  const state = useSyncExternalStore(list.subscribe, list.getState, onServer);
  return { ...state, fetchNextPage: list.loadMore };
}
