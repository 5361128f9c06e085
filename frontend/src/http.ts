// How is one request made? With a token, a time limit, and an error of ours for whatever is not an answer.

import type { Problem, Route } from "./api.js";
import { isProblem, NetworkError, ProblemError, TokenError } from "./errors.js";
import type { Ports } from "./ports.js";

/** API Gateway gives up after 29 s. */
const REQUEST_TIMEOUT_MS = 35_000;

/** A bearer token. `rejected` is the one that the API has just refused, e.g. because it expired; else null. */
export type GetToken = (asked: { rejected: string | null }) => string | Promise<string>;

/** A request; `parameters` fill the braces of the route. */
export interface Call {
  route: Route;
  parameters?: Readonly<Record<string, string>>;
  query?: object;
  headers?: Readonly<Record<string, string>>;
  body?: object;
  signal?: AbortSignal | undefined;
}

/** What came back; `body` is null when there was none. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** One request, one answer; a token that the API refuses is renewed once. Throws ProblemError, NetworkError, TokenError. */
export type Send = <T>(call: Call) => Promise<Answer<T>>;

/** A way to send requests to the API at this address. */
export function connect({ baseUrl, getToken, ports }: { baseUrl: string; getToken: GetToken; ports: Ports }): Send {
  const root = baseUrl.replace(/\/+$/, "");
  return async <T>(call: Call) => {
    const token = await tokenFrom(getToken, null);
    try {
      return await answered<T>(root, call, { token, ports });
    } catch (error) {
      if (!isProblem(error, "unauthorized")) throw error;
      const renewed = await tokenFrom(getToken, token);
      if (renewed === token) throw error;
      return await answered<T>(root, call, { token: renewed, ports });
    }
  };
}

/** Seconds or a date, as milliseconds from now; null without one. */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const value = headers.get("Retry-After");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

async function tokenFrom(getToken: GetToken, rejected: string | null): Promise<string> {
  try {
    return await getToken({ rejected });
  } catch (cause) {
    throw new TokenError("There is no token to ask with.", { cause });
  }
}

async function answered<T>(
  root: string,
  call: Call,
  { token, ports }: { token: string; ports: Ports },
): Promise<Answer<T>> {
  const [method = "GET"] = call.route.split(" ", 1);
  const response = await withinTime(call, ports, (signal) =>
    ports.fetch(root + pathOf(call), {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      cache: "no-store", // we keep ETags ourselves
      signal,
    }),
  );
  if (response.ok || response.status === 304) {
    return { status: response.status, headers: response.headers, body: parsed(response.text) as T };
  }
  throw problemOf(response, ports.now());
}

/** The path with its parameters and query; members that are undefined are left out. */
function pathOf({ route, parameters = {}, query = {} }: Call): string {
  const path = route.slice(route.indexOf(" ") + 1);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ""));
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  return asked.length
    ? `${filled}?${new URLSearchParams(asked.map(([name, value]) => [name, String(value)]))}`
    : filled;
}

interface Read {
  ok: boolean;
  status: number;
  headers: Headers;
  text: string;
}

/** The whole answer, its body included. Throws NetworkError; what the caller's signal says when that was aborted. */
async function withinTime(call: Call, ports: Ports, ask: (signal: AbortSignal) => Promise<Response>): Promise<Read> {
  call.signal?.throwIfAborted();
  const finished = new AbortController();
  const timeLimit = new AbortController();
  void ports.sleep(REQUEST_TIMEOUT_MS, finished.signal).then(() => timeLimit.abort());
  try {
    const response = await ask(AbortSignal.any([timeLimit.signal, ...(call.signal ? [call.signal] : [])]));
    return { ok: response.ok, status: response.status, headers: response.headers, text: await response.text() };
  } catch (cause) {
    call.signal?.throwIfAborted();
    throw new NetworkError("The service cannot be reached.", { cause });
  } finally {
    finished.abort();
  }
}

function parsed(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NetworkError("The answer is not the service's.", { cause }); // a captive portal's page, for one
  }
}

function problemOf(response: Read, now: number): ProblemError | NetworkError {
  const pause = retryAfterMs(response.headers, now);
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    return new ProblemError(parsed(response.text) as Problem, pause);
  }
  const options = { status: response.status, retryAfterMs: pause };
  return new NetworkError(`The answer is not the service's (${response.status}).`, options);
}
