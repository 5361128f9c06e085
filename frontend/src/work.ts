// How are jobs started, followed and ended? The part of the client that a page loads with its first analysis or job.

import { isProblem } from "./errors.js";
import type { Api, CallOptions } from "./http.js";
import { isJob, type Job, resultOf, type Start } from "./job.js";
import type { JobStore } from "./job-store.js";
import { idOf, type JobRef } from "./job-view.js";
import { type JobCalls, jobCalls } from "./jobs.js";
import type { Live } from "./live.js";
import type { OpenSocket, Ports, Socket } from "./ports.js";
import type { Results } from "./results.js";
import type { JobType } from "./routes.js";
import type { Pin } from "./session.js";
import { type Sending, type StartOptions, startAgain, startJob, type Wanted } from "./starts.js";
import type { Started } from "./tabs.js";
import type { Place, Unanswered, UnansweredStarts } from "./unanswered.js";
import { jobWhenDone, type WaitOptions } from "./wait.js";
import { WaitTimeoutError } from "./wait-errors.js";
import { Watches } from "./watch.js";

/** How an analysis is run to its result. */
export interface RunOptions<T extends JobType> extends StartOptions, WaitOptions<Job<T>> {
  /** Cancel the job, too, when the signal aborts or the time is over. */
  cancelOnAbort?: boolean | undefined;
}

/** What callers can do; client.ts says what each means. */
export interface ClientCalls {
  run<T extends JobType>(jobType: T, caseId: string, options?: RunOptions<T>): Promise<Results[T]>;
  start<T extends JobType>(jobType: T, caseId: string, options?: StartOptions): Promise<Start<T>>;
  retry<T extends JobType = JobType>(job: Job<T> | string, options?: StartOptions): Promise<Start<T>>;
  cancel(job: JobRef, options?: CallOptions & { pin?: Pin }): Promise<Job>;
  waitForJob<T extends JobType = JobType>(job: JobRef<T>, options?: WaitOptions<Job<T>>): Promise<Job<T>>;
}

export interface Work extends ClientCalls, JobCalls {
  begin(wanted: Wanted, sending?: Sending): Promise<Start>;
  /** Send a start again whose answer was lost. */
  beginAgain(start: Unanswered, sending?: Sending): Promise<Start>;
}

/** What the work is done with; `onStarted` is called for each start that was answered. */
export interface WorkAround {
  api: Api;
  store: JobStore;
  unanswered: UnansweredStarts;
  onStarted(started: Started): void;
}

export function createWork({ api, store, unanswered, onStarted }: WorkAround): { watches: Watches; work: Work } {
  const { ports } = api;
  const watches = new Watches({ api, store, live: lateLive({ api, store }) });
  const jobs = jobCalls({ api, store });
  const starter = {
    ...{ api, unanswered },
    begun({ job_id, retry_after_ms }: Start, place: Place) {
      watches.expect(job_id, retry_after_ms);
      onStarted({ ...place, jobId: job_id });
    },
  };

  const work: Work = {
    ...jobs,
    begin: (wanted, sending) => startJob(starter, wanted, sending),
    beginAgain: (start, sending) => startAgain(starter, start, sending),
    async run<T extends JobType>(jobType: T, caseId: string, options: RunOptions<T> = {}) {
      const { cancelOnAbort = false, onProgress, signal, timeout, body = {}, ...sending } = options;
      const pin: Pin = { person: null };
      const wanted = { jobType, caseId, body, retriedFrom: null };
      const { job_id } = await startJob(starter, wanted, { ...sending, signal, pin });
      try {
        const waiting = { onProgress, signal, timeout, person: pin.person } as WaitOptions;
        return resultOf((await jobWhenDone(job_id, waiting, { watches, ports })) as Job<T>);
      } catch (error) {
        const isGivenUp = signal?.aborted || error instanceof WaitTimeoutError;
        if (cancelOnAbort && isGivenUp) await work.cancel(job_id, { pin }).catch(() => undefined);
        throw error;
      }
    },
    start: (jobType, caseId, { body = {}, ...sending } = {}) =>
      startJob(starter, { jobType, caseId, body, retriedFrom: null }, sending),
    async retry<T extends JobType>(given: Job<T> | string, { body = {}, ...sending }: StartOptions = {}) {
      const pin: Pin = { person: null };
      const job = typeof given === "string" ? await jobs.get<T>(given, { signal: sending.signal, pin }) : given;
      const wanted = { jobType: job.job_type, caseId: String(job.metadata.case_id), body, retriedFrom: job.job_id };
      return startJob(starter, wanted, { ...sending, pin });
    },
    async cancel(job, { pin = { person: null }, ...options } = {}) {
      const parameters = { job_id: idOf(job) };
      const call = { route: "POST /jobs/{job_id}/cancel" as const, parameters, pin, is: isJob };
      try {
        return store.accept(await api.ask<Job>(call, options));
      } catch (error) {
        if (!isProblem(error, "already_finished")) throw error;
        return jobs.get(job, { ...options, pin });
      }
    },
    waitForJob: <T extends JobType>(job: JobRef<T>, waiting: WaitOptions<Job<T>> = {}) =>
      jobWhenDone(idOf(job), waiting as WaitOptions, { watches, ports }) as Promise<Job<T>>,
  };
  return { watches, work };
}

/** Live updates, loaded with the first job that is followed; until then, and when that fails, jobs are polled. */
function lateLive(around: { api: Api; store: JobStore }): Live {
  const socket = socketOf(around.api.ports);
  let live: Live | null = null;

  return {
    isLive: (jobId) => live?.isLive(jobId) ?? false,
    follow(jobId, onChange) {
      if (live) return live.follow(jobId, onChange);
      let stop = () => {};
      const begin = ({ createLive }: typeof import("./live.js"), socket: OpenSocket) => {
        live ??= createLive({ ...around, socket });
        stop = live.follow(jobId, onChange);
      };
      let isOver = false;
      if (socket !== null)
        import("./live.js").then(
          (part) => isOver || begin(part, socket),
          () => undefined,
        );
      return () => {
        isOver = true;
        stop();
      };
    },
  };
}

function socketOf({ socket }: Ports): OpenSocket | null {
  if (socket === undefined) return typeof WebSocket === "undefined" ? null : openSocket;
  return socket;
}

function openSocket(...[url, protocols, { onOpen, onMessage, onClose }]: Parameters<OpenSocket>): Socket {
  const socket = new WebSocket(url, protocols);
  socket.onopen = onOpen;
  socket.onmessage = ({ data }) => onMessage(String(data));
  socket.onclose = onClose;
  return {
    send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text),
    close: () => socket.close(),
  };
}
