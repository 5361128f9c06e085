// How does a job begin? One POST per action of the user, under one Idempotency-Key however often it has to be sent.

import type { Route, Start, StartBody } from "./api.js";
import { patiently } from "./backoff.js";
import { isTransient } from "./errors.js";
import type { Send } from "./http.js";
import type { OpenJob, OpenJobs } from "./open-jobs.js";
import type { Ports } from "./ports.js";
import type { JobType } from "./results.js";

/** An unanswered start is sent again after a reload, unless the user has been away for longer than this. */
const FRESH_MS = 5 * 60_000;

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
export interface Wanted {
  caseId: string;
  jobType: JobType;
  body: StartBody;
  retriedFrom: string | null;
}

/** Start a job and remember it. Throws ProblemError, NetworkError, TokenError; an abort is the signal's reason. */
export async function startJob(starter: Starter, wanted: Wanted, options: ActionOptions): Promise<Start> {
  const { ports, openJobs } = starter;
  const entry: OpenJob = {
    key: options.key ?? ports.newKey(),
    body: wanted.body,
    retried_from: wanted.retriedFrom,
    asked_at: ports.now(),
    job_id: null,
  };
  openJobs.put(wanted.caseId, wanted.jobType, entry);
  return sent(starter, wanted, { entry, signal: options.signal });
}

/**
 * The id of the job that was started for this case and not seen to end, or null.
 *
 * A start whose answer was lost to a reload is sent again with its key: the API gives the job it made, if it made one.
 */
export async function resumedJob(starter: Starter, caseId: string, jobType: JobType): Promise<string | null> {
  const entry = starter.openJobs.get(caseId, jobType);
  if (entry === null || entry.job_id !== null) return entry?.job_id ?? null;
  if (starter.ports.now() - entry.asked_at > FRESH_MS) {
    starter.openJobs.forget(caseId, jobType);
    return null;
  }
  const wanted = { caseId, jobType, body: entry.body, retriedFrom: entry.retried_from };
  return (await sent(starter, wanted, { entry })).job_id;
}

async function sent(
  { send, ports, openJobs, expect }: Starter,
  { caseId, jobType, body, retriedFrom }: Wanted,
  { entry, signal }: { entry: OpenJob; signal?: AbortSignal | undefined },
): Promise<Start> {
  const call = {
    ...(retriedFrom === null
      ? { route: ROUTES[jobType], parameters: { case_id: caseId } }
      : { route: "POST /jobs/{job_id}/retry" as const, parameters: { job_id: retriedFrom } }),
    headers: { "Idempotency-Key": entry.key },
    body,
    signal,
  };
  try {
    const { body: start } = await patiently(() => send<Start>(call), { mayRepeat: isTransient, ports, signal });
    openJobs.put(caseId, jobType, { ...entry, job_id: start.job_id });
    expect(start.job_id, start.retry_after_ms);
    return start;
  } catch (error) {
    openJobs.forget(caseId, jobType);
    throw error;
  }
}
