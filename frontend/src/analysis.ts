// What does a user see of one analysis of one case? A state to draw and four things to do; no framework in it.

import { type AnalysisState, IDLE, type LiveAnalysis, UNKNOWN } from "./analysis-state.js";
import { FOR_EVER, patiently } from "./backoff.js";
import type { Core } from "./core.js";
import { asOurs, isCutOff, isProblem, JobFailedError, UserChangedError } from "./errors.js";
import type { Job, JobPage, Start } from "./job.js";
import { type Connection, connectionAfter, type JobView } from "./job-view.js";
import { type PageChange, safely } from "./ports.js";
import type { JobType } from "./routes.js";
import type { Person, Pin } from "./session.js";
import type { Sending } from "./starts.js";

/** A page that is shown again asks for news of others after this time. */
const LOOK_AGAIN_MS = 5_000;

/** The analysis of this type of this case. */
export function createAnalysis<T extends JobType>(core: Core, caseId: string, jobType: T): LiveAnalysis<T> {
  const { api, store } = core;
  const work = core.calls("begin", "beginAgain", "cancel");
  const { ports, session } = api;
  const place = { caseId, jobType };
  const listeners = new Set<() => void>();
  let state: AnalysisState<T> = UNKNOWN;
  let jobId: string | null = null;
  /** Whose job it is. */
  let owner: Person | null = null;
  let hiddenJobId: string | null = null;
  let action: AbortController | null = null;
  let beforeAction: AnalysisState<T> = IDLE;
  let search: AbortController | null = null;
  let searchedAt = 0;
  let unwatch = () => {};
  let ignorePage = () => {};

  function change(changed: Partial<AnalysisState<T>>): void {
    state = { ...state, ...changed };
    for (const listener of [...listeners]) {
      if (listeners.has(listener)) safely(ports, listener);
    }
  }

  function follow(id: string): void {
    unwatch();
    jobId = id;
    if (listeners.size > 0) unwatch = core.watch(id, (view) => show(id, view), owner);
  }

  function show(id: string, { job, error, connection }: JobView): void {
    if (id !== jobId || error instanceof UserChangedError) return;
    if (isProblem(error, "not_found")) {
      jobId = null;
      change(IDLE); // deleted, or expired
    } else if (error) change({ isLoading: false, isBusy: false, isCancelling: false, error, connection });
    else if (job) change(stateOf(job as Job<T>, connection));
    else change({ connection });
  }

  /** `isCancelling` stays while the answer to a cancel is on its way. */
  function stateOf(job: Job<T>, connection: Connection): AnalysisState<T> {
    const isCancelling =
      !job.done && (job.cancel_requested || (state.isCancelling && state.job?.job_id === job.job_id));
    return {
      ...{ status: job.status, isLoading: false, isBusy: !job.done, isCancelling, connection },
      ...{ progress: job.progress, message: job.progress_message, job, result: job.result },
      error: job.status === "failed" ? new JobFailedError(job as Job) : null,
    };
  }

  async function begin(
    ask: (sending: Sending) => Promise<Start>,
    { mayResend = true, pin = { person: null } as Pin } = {},
  ): Promise<void> {
    const own = new AbortController();
    const before = { jobId, state };
    search?.abort();
    search = null;
    action = own;
    beforeAction = state;
    unwatch();
    jobId = null;
    change({ ...IDLE, status: "starting", isBusy: true });
    try {
      const onTrouble = (error: unknown) => action === own && change({ connection: connectionAfter(error) });
      const { job_id } = await ask({ signal: own.signal, onTrouble, pin });
      if (action !== own) return;
      action = null;
      owner = pin.person;
      change({ ...IDLE, status: "pending", isBusy: true });
      follow(job_id);
    } catch (error) {
      if (action !== own) return;
      action = null;
      jobId = before.jobId;
      change({ ...before.state, error: asOurs(error) });
      if (before.state.isLoading && listeners.size > 0) void find({ mayResend: mayResend && !isCutOff(error) });
    }
  }

  /** What does the API know of this analysis? Asked until it answers; a start whose answer was lost is sent again. */
  async function find({ mayResend = true }: { mayResend?: boolean } = {}): Promise<void> {
    search?.abort();
    const own = new AbortController();
    search = own;
    const pin: Pin = { person: null };
    const onTrouble = (error: unknown) => change({ connection: connectionAfter(error) });
    const patience = { ...FOR_EVER, ports, signal: own.signal, onTrouble };
    await patiently(() => look(own.signal, pin, mayResend), patience).catch((error) => {
      if (!own.signal.aborted) change({ isLoading: false, error: asOurs(error) });
    });
    if (search === own) search = null;
  }

  async function look(signal: AbortSignal, pin: Pin, mayResend: boolean): Promise<void> {
    await session.token({ pin, isRead: true, signal });
    const lost = mayResend && pin.person ? core.unanswered.latest(pin.person, place) : null;
    if (lost) return begin((sending) => work.beginAgain(lost, sending), { mayResend: false, pin });
    const found = await latestJob(signal, pin);
    if (signal.aborted) return;
    owner = pin.person;
    searchedAt = ports.now();
    foundOut(found);
  }

  async function latestJob(signal: AbortSignal, pin: Pin): Promise<Job | null> {
    const query = { case_id: caseId, job_type: jobType, limit: 1 };
    const is = (body: object) => Array.isArray((body as Partial<JobPage>).jobs);
    const { jobs } = (await api.send<JobPage>({ route: "GET /jobs", query, signal, pin, is })).body;
    return jobs[0] ?? null;
  }

  function foundOut(job: Job | null): void {
    if (job === null || job.job_id === hiddenJobId) {
      const isGone = job === null && jobId !== null;
      jobId = null;
      change(isGone ? IDLE : { isLoading: false, connection: "ok" });
      return;
    }
    // An index that lags behind may not have the newest yet.
    if (state.job !== null && job.created_at < state.job.created_at) {
      change({ connection: "ok" });
      return;
    }
    if (job.job_id !== jobId) follow(job.job_id);
    store.accept(job);
  }

  /** The start is not wanted any longer, and there is no job yet. */
  function takeBack(started: AbortController): void {
    started.abort();
    action = null;
    change(beforeAction);
    if (beforeAction.isLoading && listeners.size > 0) void find();
  }

  async function cancel(id: string): Promise<void> {
    change({ isCancelling: true, error: null });
    try {
      const job = await work.cancel(id, { pin: { person: owner } });
      if (jobId === id && listeners.size === 0) change(stateOf(job as Job<T>, "ok"));
    } catch (error) {
      if (jobId === id && state.isBusy) change({ isCancelling: false, error: asOurs(error) });
    }
  }

  function lookAgain(): void {
    if (action === null && listeners.size > 0 && !state.isBusy) void find();
  }

  function onPage(pageChange: PageChange): void {
    if (pageChange === "hidden") return;
    const isDue = Math.abs(ports.now() - searchedAt) >= LOOK_AGAIN_MS;
    if (search !== null || isCutOff(state.error) || isDue) lookAgain();
  }

  function beginToLook(): void {
    ignorePage = ports.page.onChange(onPage);
    core.preload(); // a press must not need the network for its code
    if (action !== null) return;
    if (jobId === null) void find();
    else follow(jobId);
  }

  function stopToLook(): void {
    ignorePage();
    stop();
    if (action !== null) return;
    jobId = null; // nothing is kept that nobody looks at
    state = UNKNOWN;
  }

  function stop(): void {
    search?.abort();
    search = null;
    unwatch();
    unwatch = () => {};
  }

  return {
    getState: () => session.person && state, // asking who is there first: it may be somebody else
    get isUsed() {
      return listeners.size > 0 || action !== null;
    },
    subscribe(listener) {
      const call = () => listener();
      listeners.add(call);
      if (listeners.size === 1) beginToLook();
      return () => {
        if (listeners.delete(call) && listeners.size === 0) stopToLook();
      };
    },
    async start(body = {}) {
      if (!state.isBusy) await begin((sending) => work.begin({ ...place, body, retriedFrom: null }, sending));
    },
    async cancel() {
      if (action !== null) takeBack(action);
      else if (jobId !== null && state.isBusy) await cancel(jobId);
    },
    async retry(body = {}) {
      const { job } = state;
      if (!job?.done || state.isBusy) return;
      const ask = (sending: Sending) => work.begin({ ...place, body, retriedFrom: job.job_id }, sending);
      await begin(ask, { pin: { person: owner } });
    },
    reset() {
      if (state.isBusy) return;
      stop();
      hiddenJobId = jobId;
      jobId = null;
      change(IDLE);
    },
    personChanged(isLeft) {
      stop();
      action?.abort();
      action = null;
      jobId = null;
      hiddenJobId = null;
      state = isLeft ? IDLE : UNKNOWN;
      if (listeners.size === 0) return;
      queueMicrotask(() => change({})); // it may have been noticed while somebody was drawing
      if (!isLeft) void find();
    },
    startedElsewhere(id) {
      if (action !== null || state.isBusy || listeners.size === 0) return;
      search?.abort();
      search = null;
      follow(id);
    },
  };
}
