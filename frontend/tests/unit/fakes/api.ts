// How does the API answer in a unit test? As its contract says: starts, keys, dedupe, versions, 304, cancel, problems.

import type { Job as ApiJob, Problem, StartBody } from "../../../src/api.js";

export interface Asked {
  at: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
  signal: AbortSignal | null;
}

const TYPES: Record<string, string> = {
  "analyze-with-agent": "document_analysis_agent",
  "analyze-documents-form7801": "document_analysis_form7801",
};

type Behaviour = (asked: Asked) => Response | Promise<Response>;

/** The API; `next` are answers that come before its own, in order, `storage` is what answers at any other address. */
export class FakeApi {
  readonly asked: Asked[] = [];
  readonly jobs = new Map<string, ApiJob>();
  readonly keys = new Map<string, string>();
  next: Behaviour[] = [];
  storage: Behaviour = () => new Response("", { status: 404 });
  isOffline = false;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { method = "GET", headers, body, signal = null } = init;
    const asked: Asked = {
      at: this.#now(),
      method,
      path: url.replace("https://api.test/api", ""),
      headers: { ...(headers as Record<string, string>) },
      body: typeof body === "string" ? JSON.parse(body) : (body ?? null),
      signal,
    };
    this.asked.push(asked);
    if (this.isOffline) throw new TypeError("Failed to fetch");
    if (!url.startsWith("https://api.test/")) return this.storage(asked);
    return (this.next.shift() ?? this.answer)(asked);
  };

  /** When the API was asked for something, in seconds since the first of these requests. */
  seconds(path: string): number[] {
    const times = this.asked.filter((one) => one.path === path).map((one) => one.at);
    return times.map((at) => (at - (times[0] ?? 0)) / 1000);
  }

  /** A job that is there already, or a newer version of it. */
  put(change: Partial<ApiJob> & { job_id: string }): ApiJob {
    const before = this.jobs.get(change.job_id) ?? newJob(change.job_id);
    const done = ["completed", "failed", "cancelled"].includes(change.status ?? before.status);
    const job = {
      ...before,
      version: before.version + 1,
      ...change,
      done,
      ...(done ? { retry_after_ms: null } : {}),
    };
    this.jobs.set(job.job_id, job);
    return job;
  }

  /** Its own answer; what the request asks for is done, also when nobody gets the answer. */
  readonly answer = (asked: Asked): Response => {
    const [, root, id = "", action = ""] = asked.path.split("/");
    if (root === "jobs" && asked.method === "GET") return this.#read(id, asked.headers["If-None-Match"]);
    if (root === "jobs" && action === "cancel") return this.#cancelled(id);
    if (asked.method === "POST" && action === "retry") return this.#retried(asked, id);
    if (asked.method === "POST" && root === "vapi") return this.#started(asked, ["call_analysis", action], null);
    if (asked.method === "POST") return this.#started(asked, [TYPES[action] ?? "", id], null);
    return problem(404, "not_found");
  };

  #read(id: string, known: string | undefined): Response {
    const job = this.jobs.get(id);
    if (!job) return problem(404, "not_found");
    const etag = `W/"${job.version}"`;
    const pause = job.retry_after_ms === null ? {} : { "Retry-After": String(Math.ceil(job.retry_after_ms / 1000)) };
    if (known === etag) return new Response(null, { status: 304, headers: { ETag: etag, ...pause } });
    return json(200, job, { ETag: etag, ...pause });
  }

  #cancelled(id: string): Response {
    const job = this.jobs.get(id);
    if (!job) return problem(404, "not_found");
    if (job.done && job.status !== "cancelled") return problem(409, "already_finished");
    if (job.status === "running") return json(202, this.put({ job_id: id, cancel_requested: true }));
    return json(200, this.put({ job_id: id, status: "cancelled", cancel_requested: true }));
  }

  #retried(asked: Asked, id: string): Response {
    const job = this.jobs.get(id);
    return job ? this.#started(asked, analysisOf(job), id) : problem(404, "not_found");
  }

  #started(asked: Asked, [job_type, case_id]: [string, string], retriedFrom: string | null): Response {
    const key = asked.headers["Idempotency-Key"] ?? "";
    const known = this.jobs.get(this.keys.get(key) ?? "");
    const wantsAnother = (asked.body as StartBody).dedupe === "none";
    const open = wantsAnother ? undefined : [...this.jobs.values()].find(isOpen(job_type, case_id));
    const job = known ?? open ?? this.#created(job_type, case_id);
    this.keys.set(key, job.job_id);
    const start = { status: "accepted", job_id: job.job_id, retry_after_ms: 2000, retried_from: retriedFrom };
    return json(202, start, known ? { "Idempotency-Replayed": "true" } : {});
  }

  #created(job_type: string, case_id: string): ApiJob {
    const job_id = `job-${this.jobs.size + 1}`;
    const { metadata } = newJob(job_id);
    return this.put({ job_id, version: 1, job_type, metadata: { ...metadata, case_id } });
  }
}

function analysisOf({ job_type, metadata }: ApiJob): [string, string] {
  return [job_type, String(metadata.case_id)];
}

function isOpen(job_type: string, case_id: string): (job: ApiJob) => boolean {
  return (job) => !job.done && job.job_type === job_type && job.metadata.case_id === case_id;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body: Problem = {
    type: `urn:casework:error:${code}`,
    title: code,
    status,
    detail: `Refused: ${code}.`,
    instance: "/",
    code,
    request_id: "request-1",
  };
  return json(status, body, { "Content-Type": "application/problem+json", ...headers });
}

function newJob(job_id: string): ApiJob {
  return {
    job_id,
    job_type: "document_analysis_form7801",
    status: "pending",
    progress: 0,
    progress_message: "Waiting to start",
    result: null,
    error: null,
    metadata: { case_id: "case-1", user_id: "u1", requested_by: "u1", endpoint: "", document_count: 3 },
    created_at: "2026-06-10T09:00:00.000000Z",
    started_at: null,
    completed_at: null,
    done: false,
    version: 0,
    updated_at: "2026-06-10T09:00:00.000000Z",
    attempt: 0,
    max_attempts: 3,
    next_attempt_at: null,
    priority: "normal",
    cancel_requested: false,
    retried_from: null,
    deadline_at: "2026-06-10T10:00:00.000000Z",
    expires_at: "2026-07-10T09:00:00.000000Z",
    retry_after_ms: 5000,
    result_url: null,
    result_url_expires_at: null,
    usage: { input_tokens: 0, output_tokens: 0, cached_tokens: 0, cost_usd: "0", calls: [] },
    error_info: null,
  };
}
