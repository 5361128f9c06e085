// How is the same done to many jobs? They are counted first, then asked for one by one, a few at a time.

import type { AnyJob, Client, JobPage, JobStatus } from "@casework/client";
import { type JobFilters, queryOf, startOf } from "./job-filters.js";

export type BulkAction = "cancel" | "retry";

/** No more than this at once. */
export const MOST = 1_000;
const PAGE = 100;
const AT_A_TIME = 4;

/** What can be cancelled, and what it makes sense to run again: a completed job is not among that. */
const FITTING: Record<BulkAction, JobStatus[]> = { cancel: ["pending", "running"], retry: ["failed", "cancelled"] };

/** The statuses that these filters leave for the action. */
export function fittingStatuses({ status }: JobFilters, action: BulkAction): JobStatus[] {
  return FITTING[action].filter((one) => !status || one === status);
}

export interface Matching {
  jobs: AnyJob[];
  /** There are more than are taken at once. */
  isMore: boolean;
}

interface Around {
  signal: AbortSignal;
  now: number;
}

/** All jobs that match and that the action fits, newest first of each status. */
export async function matching(
  client: Pick<Client, "jobs">,
  filters: JobFilters,
  action: BulkAction,
  around: Around,
): Promise<Matching> {
  const jobs: AnyJob[] = [];
  for (const status of fittingStatuses(filters, action)) {
    for await (const page of pagesOf(client, { ...filters, status }, around)) {
      jobs.push(...page.filter(({ cancel_requested }) => action === "retry" || !cancel_requested));
      if (jobs.length > MOST) return { jobs: jobs.slice(0, MOST), isMore: true };
    }
  }
  return { jobs, isMore: false };
}

/** The jobs of these filters, page by page, newest first. */
export async function* pagesOf(
  client: Pick<Client, "jobs">,
  filters: JobFilters,
  { signal, now }: Around,
): AsyncGenerator<AnyJob[]> {
  const start = startOf(filters, now);
  let cursor: string | null = null;
  do {
    const query = { ...queryOf(filters), limit: PAGE, scope: "all" as const, ...(cursor ? { cursor } : {}) };
    const page: JobPage = await client.jobs.list(query, { signal });
    const wanted = page.jobs.filter(({ created_at }) => start === null || Date.parse(created_at) >= start);
    yield wanted;
    cursor = wanted.length < page.jobs.length ? null : page.next_cursor;
  } while (cursor);
}

export interface Refusal {
  job: AnyJob;
  error: Error;
}

/** Do it to each of the jobs; what is refused does not stop the others. `onDone` is called after each. */
export async function doToAll(
  client: Pick<Client, "cancel" | "retry">,
  action: BulkAction,
  jobs: readonly AnyJob[],
  { signal, onDone }: { signal: AbortSignal; onDone: (refusal: Refusal | null) => void },
): Promise<void> {
  const rest = [...jobs];
  const worker = async () => {
    for (let job = rest.shift(); job && !signal.aborted; job = rest.shift()) {
      const { job_id } = job;
      const refused = await (action === "cancel" ? client.cancel(job_id) : client.retry(job_id)).then(
        () => null,
        (error: Error) => error,
      );
      onDone(refused && { job, error: refused });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
