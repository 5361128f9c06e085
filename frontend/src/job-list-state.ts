// What is there to draw of a list of jobs? It is there before the code that fills it.

import type { CaseworkError } from "./errors.js";
import type { AnyJob } from "./job.js";
import type { Connection } from "./job-view.js";

export interface JobListState {
  /** Newest first, without results. */
  jobs: readonly AnyJob[];
  /** Nothing is known yet. */
  isLoading: boolean;
  hasMore: boolean;
  isLoadingMore: boolean;
  /** Why the list is refused; it is not asked for again. */
  error: CaseworkError | null;
  connection: Connection;
}

/** A list that is drawn. No function throws: what goes wrong is in the state. */
export interface JobList {
  getState(): JobListState;
  subscribe(listener: () => void): () => void;
  /** The next page, appended. */
  loadMore(): Promise<void>;
}

export const EMPTY_LIST: JobListState = {
  ...{ jobs: [], isLoading: true, hasMore: false, isLoadingMore: false, error: null, connection: "ok" },
};
