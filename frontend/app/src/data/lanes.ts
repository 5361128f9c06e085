// How long are the lanes? Counted from the lists of open jobs, as far as these are read.

import type { AnyJob, Client } from "@casework/client";
import { pagesOf } from "./bulk.js";

/** No more jobs of a status are counted. */
export const MOST_COUNTED = 1_000;

export interface Lane {
  name: AnyJob["priority"];
  /** Jobs that wait for a worker. */
  waiting: number;
  oldest: AnyJob | null;
  /** Those that wait for a model, or for their next attempt. */
  others: number;
  running: number;
}

interface Around {
  signal: AbortSignal;
  now: number;
}

/** The lanes now; `isMore` when there are more jobs than were counted. */
export async function lanesNow(
  client: Pick<Client, "jobs">,
  around: Around,
): Promise<{ lanes: Lane[]; isMore: boolean }> {
  const [pending, running] = await Promise.all([jobsOf(client, "pending", around), jobsOf(client, "running", around)]);
  const lanes = (["high", "normal", "low"] as const).map((name) => {
    const own = ({ priority }: AnyJob) => priority === name;
    const waiting = pending.jobs.filter((job) => own(job) && (job.waiting_for ?? "worker") === "worker");
    return {
      ...{ name, waiting: waiting.length, oldest: waiting.at(-1) ?? null },
      others: pending.jobs.filter(own).length - waiting.length,
      running: running.jobs.filter(own).length,
    };
  });
  return { lanes, isMore: pending.isMore || running.isMore };
}

async function jobsOf(client: Pick<Client, "jobs">, status: "pending" | "running", around: Around) {
  const jobs: AnyJob[] = [];
  for await (const page of pagesOf(client, { status }, around)) {
    jobs.push(...page);
    if (jobs.length > MOST_COUNTED) return { jobs: jobs.slice(0, MOST_COUNTED), isMore: true };
  }
  return { jobs, isMore: false };
}
