// Which jobs are there now? A list that is asked for again while it is looked at, with its open jobs followed.

import { FOR_EVER, patiently } from "./backoff.js";
import type { Client } from "./client.js";
import { coreOf } from "./core.js";
import { asOurs, isPassing } from "./errors.js";
import type { AnyJob, JobPage } from "./job.js";
import { EMPTY_LIST, type JobList, type JobListState } from "./job-list-state.js";
import { connectionAfter } from "./job-view.js";
import type { JobListQuery } from "./jobs.js";
import { safely } from "./ports.js";
import type { Pin } from "./session.js";

const EVERY_MS = 10_000;
/** Open jobs that are followed one by one; the others change with the list. */
const MOST_FOLLOWED = 20;

/** The jobs that fit the query, as long as somebody looks. */
export function createJobList(client: Client, query: Omit<JobListQuery, "cursor"> = {}): JobList {
  const { api, store, watch } = coreOf(client);
  const { ports, session } = api;
  const listeners = new Set<() => void>();
  const followed = new Map<string, () => void>();
  let state = EMPTY_LIST;
  let cursor: string | null = null;
  let loop = new AbortController();
  let looking = new AbortController();
  let leave = () => {};

  function change(changed: Partial<JobListState>): void {
    state = { ...state, ...changed };
    for (const listener of [...listeners]) safely(ports, listener);
  }

  async function pageAt(after: string | null, pin: Pin, signal: AbortSignal): Promise<JobPage> {
    const asked = after === null ? query : { ...query, cursor: after };
    const is = (body: object) => Array.isArray((body as Partial<JobPage>).jobs);
    const call = { route: "GET /jobs" as const, query: asked, is, pin, signal };
    return (await api.send<JobPage>(call)).body;
  }

  async function poll(signal: AbortSignal): Promise<void> {
    const pin: Pin = { person: null };
    const onTrouble = (error: unknown) => change({ connection: connectionAfter(error) });
    const refresh = async () => show(await pageAt(null, pin, signal));
    try {
      while (!signal.aborted) {
        if (state.isLoading || !ports.page.isHidden()) {
          await patiently(refresh, { ...FOR_EVER, ports, signal, onTrouble });
        }
        await ports.sleep(EVERY_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) change({ isLoading: false, error: asOurs(error) });
    }
  }

  /** The first page as it is now, before what older pages had and it has no longer. */
  function show({ jobs, next_cursor }: JobPage): void {
    for (const job of jobs) store.accept(job);
    const isFirst = state.isLoading;
    if (isFirst) cursor = next_cursor;
    const newest = new Set(jobs.map(({ job_id }) => job_id));
    const older = next_cursor === null ? [] : state.jobs.slice(jobs.length).filter(({ job_id }) => !newest.has(job_id));
    const known = jobs.map((job) => (store.peek(job.job_id)?.job ?? job) as AnyJob);
    change({
      ...{ jobs: same(state.jobs, [...known, ...older]), isLoading: false, error: null, connection: "ok" },
      ...(isFirst ? { hasMore: next_cursor !== null } : {}),
    });
    followOpen();
  }

  function followOpen(): void {
    const open = state.jobs.filter(({ done }) => !done).slice(0, MOST_FOLLOWED);
    const wanted = new Set(open.map(({ job_id }) => job_id));
    for (const [id, stop] of followed) if (!wanted.has(id)) followed.delete(id) && stop();
    for (const id of wanted)
      if (!followed.has(id))
        followed.set(
          id,
          watch(id, ({ job }) => job && put(job as AnyJob)),
        );
  }

  function append({ jobs, next_cursor }: JobPage): void {
    const shown = new Set(state.jobs.map(({ job_id }) => job_id));
    cursor = next_cursor;
    const more = jobs.filter(({ job_id }) => !shown.has(job_id));
    change({ jobs: [...state.jobs, ...more], hasMore: cursor !== null, isLoadingMore: false });
    followOpen();
  }

  /** Older jobs did not come: what passes is asked again when somebody wants them; else the list has ended. */
  function refuse(error: unknown): void {
    if (isPassing(error)) {
      change({ isLoadingMore: false, connection: connectionAfter(error) });
      return;
    }
    loop.abort();
    change({ isLoadingMore: false, error: asOurs(error) });
  }

  function put(job: AnyJob): void {
    const jobs = state.jobs.map((one) => (one.job_id === job.job_id ? job : one));
    change({ jobs: same(state.jobs, jobs) });
  }

  function stop(): void {
    loop.abort();
    looking.abort();
    looking = new AbortController();
    for (const [, end] of followed) end();
    followed.clear();
    state = EMPTY_LIST;
    cursor = null;
  }

  function begin(): void {
    loop = new AbortController();
    void poll(loop.signal);
  }

  function beginToLook(): void {
    const ignoreSession = session.onChange((isLeft) => {
      stop();
      queueMicrotask(() => change({ isLoading: !isLeft }));
      if (!isLeft) begin();
    });
    const ignorePage = ports.page.onChange((pageChange) => {
      if (pageChange === "hidden" || state.error) return;
      loop.abort();
      begin();
    });
    leave = () => {
      ignoreSession();
      ignorePage();
      stop();
    };
    begin();
  }

  return {
    getState: () => session.person && state,
    subscribe(listener) {
      const call = () => listener();
      listeners.add(call);
      if (listeners.size === 1) beginToLook();
      return () => {
        if (listeners.delete(call) && listeners.size === 0) leave();
      };
    },
    async loadMore() {
      if (cursor === null || state.isLoadingMore) return;
      change({ isLoadingMore: true });
      const { signal } = looking; // not the loop's, which begins anew when the page is shown or the network is back
      try {
        const page = await pageAt(cursor, { person: session.person }, signal);
        if (!signal.aborted) append(page);
      } catch (error) {
        if (!signal.aborted) refuse(error);
      }
    },
  };
}

/** The list of before when nothing in it has changed. */
function same(before: readonly AnyJob[], now: AnyJob[]): readonly AnyJob[] {
  const isSame = (job: AnyJob, index: number) => {
    const old = before[index];
    return old?.job_id === job.job_id && old.version === job.version;
  };
  return before.length === now.length && now.every(isSame) ? before : now;
}
