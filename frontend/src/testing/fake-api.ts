// How does the API answer in a unit test? As its contract says: starts, keys, dedupe, versions, 304, lists, cancel, problems.

import type { Job as ApiJob, Problem, StartBody } from "../api.js";
import { START_ROUTES } from "../routes.js";

/** A request as it came. */
export interface Asked {
  at: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
  signal: AbortSignal | null;
}

/** Where the fake API is. */
export const FAKE_URL = "https://api.test/api";

export type Behaviour = (asked: Asked) => Response | Promise<Response>;

/**
 * The API in memory: give its `fetch` to a client of `FAKE_URL`. `put` makes jobs go on. `next` are answers that come before
 * its own, in order; `storage` is what answers at any other address. A job that was started with a token is seen with that
 * token only; one that was `put` is everybody's.
 */
export class FakeApi {
  readonly asked: Asked[] = [];
  readonly jobs = new Map<string, ApiJob>();
  readonly keys = new Map<string, string>();
  readonly owners = new Map<string, string>();
  /** What the tickets for sockets are good for. */
  readonly tickets = new Map<string, { user: string; jobIds: string[] }>();
  next: Behaviour[] = [];
  storage: Behaviour = () => new Response("", { status: 404 });
  isOffline = false;
  readonly #now: () => number;
  #jobCount = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { method = "GET", headers, body, signal = null } = init;
    const asked: Asked = {
      at: this.#now(),
      method,
      path: url.replace(FAKE_URL, ""),
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
    const { pathname, searchParams } = new URL(FAKE_URL + asked.path);
    const [, , root, id = "", action = ""] = pathname.split("/");
    if (root === "jobs" && asked.method === "GET") return id ? this.#read(asked, id) : this.#list(asked, searchParams);
    if (root === "jobs" && action === "cancel") return this.#cancelled(asked, id);
    if (asked.method === "POST" && action === "retry") return this.#retried(asked, id);
    if (root === "streams") return this.answerStreams(asked);
    const start = this.#startOf(asked);
    return start ? this.#started(asked, start, null) : problem(404, "not_found");
  };

  /** The answer to a wish for a live stream; `FakeSockets` knows its tickets. */
  answerStreams = (asked: Asked): Response => {
    const { job_ids } = asked.body as { job_ids: string[] };
    if (job_ids.some((id) => this.#seen(asked, id) === null)) return problem(404, "not_found");
    const ticket = `ticket.${this.tickets.size + 1}`;
    this.tickets.set(ticket, { user: userOf(asked), jobIds: job_ids });
    return json(201, { url: "wss://api.test/live", protocols: ["casework.v1", ticket], expires_at: "" });
  };

  #startOf({ method, path }: Asked): [string, string] | null {
    for (const [jobType, route] of Object.entries(START_ROUTES)) {
      const [, id] = new RegExp(`^${route.replace("{case_id}", "([^/]+)")}$`).exec(`${method} ${path}`) ?? [];
      if (id) return [jobType, id];
    }
    return null;
  }

  /** The job, when who asks may see it. */
  #seen(asked: Asked, id: string): ApiJob | null {
    const owner = this.owners.get(id);
    return owner === undefined || owner === userOf(asked) ? (this.jobs.get(id) ?? null) : null;
  }

  #read(asked: Asked, id: string): Response {
    const job = this.#seen(asked, id);
    if (!job) return problem(404, "not_found");
    const etag = `W/"${job.version}"`;
    const pause = job.retry_after_ms === null ? {} : { "Retry-After": String(Math.ceil(job.retry_after_ms / 1000)) };
    if (asked.headers["If-None-Match"] === etag) {
      return new Response(null, { status: 304, headers: { ETag: etag, ...pause } });
    }
    return json(200, job, { ETag: etag, ...pause });
  }

  #list(asked: Asked, wanted: URLSearchParams): Response {
    const fits = (job: ApiJob) =>
      (["job_type", "status"] as const).every((name) => [null, job[name]].includes(wanted.get(name))) &&
      (["case_id", "user_id"] as const).every((name) => [null, job.metadata[name]].includes(wanted.get(name))) &&
      [null, job.error_info?.code as string].includes(wanted.get("error_code"));
    const all = [...this.jobs.keys()].reverse().flatMap((id) => this.#seen(asked, id) ?? []);
    const found = all.filter(fits);
    const from = Number(wanted.get("cursor") ?? 0);
    const until = from + Number(wanted.get("limit") ?? 20);
    const jobs = found.slice(from, until).map((job) => ({ ...job, result: null }));
    return json(200, { jobs, count: jobs.length, next_cursor: until < found.length ? String(until) : null });
  }

  #cancelled(asked: Asked, id: string): Response {
    const job = this.#seen(asked, id);
    if (!job) return problem(404, "not_found");
    if (job.status === "cancelled") return json(200, job);
    if (job.done) return problem(409, "already_finished");
    if (job.status === "running") return json(202, this.put({ job_id: id, cancel_requested: true }));
    return json(200, this.put({ job_id: id, status: "cancelled", cancel_requested: true }));
  }

  #retried(asked: Asked, id: string): Response {
    const job = this.#seen(asked, id);
    return job ? this.#started(asked, analysisOf(job), id) : problem(404, "not_found");
  }

  #started(asked: Asked, [job_type, case_id]: [string, string], retriedFrom: string | null): Response {
    const key = `${userOf(asked)} ${asked.headers["Idempotency-Key"]}`;
    const known = this.jobs.get(this.keys.get(key) ?? "");
    const wantsAnother = (asked.body as StartBody).dedupe === "none";
    const mine = [...this.jobs.keys()].flatMap((id) => this.#seen(asked, id) ?? []);
    const open = known || wantsAnother ? undefined : mine.find(isOpen(job_type, case_id));
    const job = known ?? open ?? this.#created(asked, job_type, case_id);
    this.keys.set(key, job.job_id);
    const { job_id, created_at, deadline_at, expires_at } = job;
    const start = {
      ...{ status: "accepted", job_id, job_type, message: "", poll_url: `/jobs/${job_id}`, documents_count: 3 },
      ...{ created_at, deadline_at, expires_at, deduplicated: open !== undefined, retry_after_ms: 2000 },
      retried_from: retriedFrom,
    };
    return json(202, start, known ? { "Idempotency-Replayed": "true" } : {});
  }

  #created(asked: Asked, job_type: string, case_id: string): ApiJob {
    const job_id = `job-${Math.max(this.jobs.size, this.#jobCount++) + 1}`;
    const { metadata } = newJob(job_id);
    this.owners.set(job_id, userOf(asked));
    return this.put({ job_id, version: 1, job_type, metadata: { ...metadata, case_id } });
  }
}

function userOf({ headers }: Asked): string {
  return subOf((headers.Authorization ?? "").replace("Bearer ", ""));
}

/** The `sub` of a JWT, or the whole of another token. */
function subOf(token: string): string {
  try {
    return String(JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))).sub);
  } catch {
    return token;
  }
}

/** An unsigned JWT of this user, for an API that does not verify. */
export function fakeToken(user: string, more: Record<string, unknown> = {}): string {
  const part = (value: object) =>
    btoa(JSON.stringify(value)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  return `${part({ alg: "none" })}.${part({ sub: user, ...more })}.none`;
}

function analysisOf({ job_type, metadata }: ApiJob): [string, string] {
  return [job_type, String(metadata.case_id)];
}

function isOpen(job_type: string, case_id: string): (job: ApiJob) => boolean {
  return (job) => !job.done && !job.cancel_requested && job.job_type === job_type && job.metadata.case_id === case_id;
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

/** A refusal. */
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

/** A job that waits to start. */
function newJob(job_id: string): ApiJob {
  return {
    job_id,
    job_type: "document_analysis_form7801",
    status: "pending",
    progress: 0,
    progress_message: "Waiting to start",
    progress_code: "waiting_to_start",
    progress_params: {},
    waiting_for: "worker",
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
    max_attempts: 25,
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
