// How does a job begin? One POST per action of the user, under one Idempotency-Key however often it has to be sent.

import type { Route, Start, StartBody } from "./api.js";
import { patiently } from "./backoff.js";
import { isProblem, isTransient, ProblemError } from "./errors.js";
import type { Send } from "./http.js";
import type { OpenJob, OpenJobs, Place } from "./open-jobs.js";
import type { Ports } from "./ports.js";
import type { JobType } from "./results.js";

const ROUTES: Record<JobType, Route> = {
  call_analysis: "POST /vapi/re-analyze-call/{case_id}",
  document_analysis_agent: "POST /cases/{case_id}/analyze-with-agent",
  document_analysis_form7801: "POST /cases/{case_id}/analyze-documents-form7801",
};

/** `key`: the Idempotency-Key of the action, when the caller keeps one; else each call is an action of its own. */
export interface ActionOptions {
  key?: string;
  signal?: AbortSignal;
}

export interface Starter {
  send: Send;
  ports: Ports;
  openJobs: OpenJobs;
  expect(jobId: string, inMs: number): void;
}

/** What is started: an analysis of a case, as a repetition of a finished job or for itself. */
export interface Wanted extends Place {
  body: StartBody;
  retriedFrom: string | null;
}

/**
 * Start a job and remember it. A start whose outcome is not known, e.g. after an abort, stays remembered.
 *
 * @throws ProblemError, NetworkError, TokenError; the signal's reason
 */
export async function startJob(starter: Starter, wanted: Wanted, options: ActionOptions): Promise<Start> {
  const { ports, openJobs } = starter;
  options.signal?.throwIfAborted();
  const entry: OpenJob = {
    key: options.key ?? ports.newKey(),
    body: wanted.body,
    retried_from: wanted.retriedFrom,
    asked_at: ports.now(),
    job_id: null,
  };
  openJobs.add(wanted, entry);
  return sent(starter, wanted, { entry, signal: options.signal, mayBeMade: false });
}

/**
 * The id of the job that was started for this case and not seen to end, or null.
 *
 * A start whose answer was lost is sent again with its key: the API gives the job it made, if it made one. When that does
 * not get through, it is the job before, if there is one.
 */
export async function resumedJob(starter: Starter, place: Place): Promise<string | null> {
  const starts = starter.openJobs.starts(place, starter.ports.now());
  const entry = starts.at(-1);
  if (!entry || entry.job_id !== null) return entry?.job_id ?? null;
  const wanted = { ...place, body: entry.body, retriedFrom: entry.retried_from };
  try {
    return (await sent(starter, wanted, { entry, mayBeMade: true })).job_id;
  } catch (error) {
    const before = starts.findLast(({ job_id }) => job_id !== null);
    if (before) return before.job_id;
    throw error;
  }
}

/** `mayBeMade`: the start was sent before, and what came of it is not known. */
async function sent(
  { send, ports, openJobs, expect }: Starter,
  { body, retriedFrom, ...place }: Wanted,
  { entry, signal, mayBeMade }: { entry: OpenJob; signal?: AbortSignal | undefined; mayBeMade: boolean },
): Promise<Start> {
  const call = {
    ...(retriedFrom === null
      ? { route: ROUTES[place.jobType], parameters: { case_id: place.caseId } }
      : { route: "POST /jobs/{job_id}/retry" as const, parameters: { job_id: retriedFrom } }),
    headers: { "Idempotency-Key": entry.key },
    body,
    signal,
  };
  const ask = async () => {
    try {
      return await send<Start>(call);
    } catch (error) {
      mayBeMade ||= !isRefusal(error);
      throw error;
    }
  };
  try {
    const { body: start } = await patiently(ask, { mayRepeat: isTransient, ports, signal });
    openJobs.answered(place, { ...entry, job_id: start.job_id });
    expect(start.job_id, start.retry_after_ms);
    return start;
  } catch (error) {
    // A token is refused before the key is looked at: that says nothing of an earlier sending.
    if (isRefusal(error) && !(mayBeMade && error.code === "unauthorized")) openJobs.refused(place, entry);
    throw error;
  }
}

/** True when the API has made no job; not so for a server that is broken or busy, which may have made one. */
function isRefusal(error: unknown): error is ProblemError {
  return isProblem(error, "too_many_open_jobs") || (error instanceof ProblemError && !isTransient(error));
}
