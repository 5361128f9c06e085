"use client";
// How is a job now? Followed while the component is there, drawn again with every change.

import { useEffect, useState } from "react";
import type { Job } from "../job.js";
import { idOf, type JobRef, type JobView } from "../job-view.js";
import type { JobType } from "../routes.js";
import { useClient } from "./provider.js";

export interface UsedJob<T extends JobType = JobType> extends JobView {
  job: Job<T> | null;
  /** Nothing is known of the job yet. */
  isLoading: boolean;
}

/** This job as it is now; nothing while there is none. */
export function useJob<T extends JobType = JobType>(
  job: JobRef<T> | null,
  { enabled = true }: { enabled?: boolean } = {},
): UsedJob<T> {
  const client = useClient();
  const jobId = job === null || !enabled ? null : idOf(job as JobRef);
  const [seen, setSeen] = useState<{ jobId: string; user: string | null; view: JobView } | null>(null);
  useEffect(() => {
    if (jobId === null) return;
    const leave = client.jobs.subscribe(jobId, () => {}); // others who look at it need not ask
    const stop = client.watchJob(jobId, (view) => setSeen({ jobId, user: client.user, view }));
    return () => {
      stop();
      leave();
    };
  }, [client, jobId]);
  const known = jobId === null ? null : client.jobs.peek(jobId);
  // Never another job's or another user's, not for one frame.
  const isSeen = seen !== null && seen.jobId === jobId && seen.user === client.user;
  const view: JobView = isSeen ? seen.view : { job: known, error: null, connection: "ok" };
  return { ...view, job: view.job as Job<T> | null, isLoading: jobId !== null && !view.job && !view.error };
}
