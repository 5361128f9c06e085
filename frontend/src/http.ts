// How is one request made? With a token, a time limit, and an error of ours for whatever is not an answer.

import type { Problem } from "./api.js";
import { ATTEMPTS, patiently } from "./backoff.js";
import { CaseworkError, isProblem, isTransient, NetworkError, ProblemError, TokenError, UsageError } from "./errors.js";
import type { Ports } from "./ports.js";
import type { Route } from "./routes.js";
import type { Person, Pin, Session } from "./session.js";
import { onAbort, throwIfAborted, unlessAborted } from "./signals.js";

/** API Gateway gives up after 29 s. */
const REQUEST_TIMEOUT_MS = 35_000;
/** A body gets the time of the slowest line that is worth waiting for. */
const SLOWEST_BYTES_PER_MS = 16;

/** `signal` ends the call with its reason. `retry`: how many requests it may take in all, or false for one. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  retry?: number | false | undefined;
}

/** A request; `parameters` fill the braces of the route. */
export interface Call {
  route: Route;
  parameters?: Readonly<Record<string, string>>;
  query?: object;
  headers?: Readonly<Record<string, string>>;
  body?: object | undefined;
  signal?: AbortSignal | undefined;
  pin?: Pin;
  /** Called before the request goes out, as soon as it is known for whom. */
  before?: (person: Person) => void;
  /** Whether a body can be the answer; without it any object can. */
  is?: (body: object) => boolean;
}

/** What came back; `body` is null when there was none. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** How a call is repeated that takes more than one request. */
export interface Repeating extends CallOptions {
  mayRepeat?: (error: unknown) => boolean;
  onTrouble?: ((error: unknown) => void) | undefined;
}

/** The API, as the parts of the client see it. */
export interface Api {
  ports: Ports;
  session: Session;
  /** One request, one answer; a token that the API refuses is renewed once. */
  send<T>(call: Call): Promise<Answer<T>>;
  /** The same, repeated while the network or the API does not answer. */
  ask<T>(call: Call, repeating?: Repeating): Promise<T>;
  /** A DELETE, repeated likewise: what is gone after an answer was lost has been deleted. */
  erase(call: Call, options?: CallOptions): Promise<void>;
  /** How many requests a call may take. */
  attempts(retry: number | false | undefined): number;
}

/** The API at this address. What it throws is in errors.ts. */
export function connect(options: { baseUrl: string; session: Session; ports: Ports; retry?: number | undefined }): Api {
  const { session, ports, retry = ATTEMPTS } = options;
  const root = rootOf(options.baseUrl);

  async function send<T>(call: Call): Promise<Answer<T>> {
    throwIfAborted(call.signal);
    const [url, init] = written(root, call);
    const isRead = init.method === "GET";
    const pin: Pin = call.pin ?? { person: null };
    const bodyMs = typeof init.body === "string" ? init.body.length / SLOWEST_BYTES_PER_MS : 0;
    const over = new AbortController();
    const { signal } = over;
    const stop = () => over.abort();
    const release = onAbort(call.signal, stop);
    void ports.sleep(REQUEST_TIMEOUT_MS + bodyMs, signal).then(stop);
    let ignorePerson = () => {};

    const tokenFor = (rejected: string | null) =>
      session.token({ rejected, pin, isRead, signal }).catch((error: unknown) => {
        throw error instanceof CaseworkError ? error : new TokenError("getToken took too long.");
      });
    const answerTo = async (token: string) => {
      const headers = { ...init.headers, Authorization: `Bearer ${token}` };
      const person = pin.person as Person;
      person.throwIfOver();
      ignorePerson();
      ignorePerson = person.onEnd(stop);
      const answer = await answered<T>(ports, url, { ...init, headers, signal }).catch((error: unknown) => {
        person.throwIfOver();
        throw error;
      });
      person.throwIfOver();
      return understood(call, answer);
    };
    try {
      const token = await tokenFor(null);
      call.before?.(pin.person as Person);
      return await answerTo(token).catch(async (error: unknown) => {
        if (!isProblem(error, "unauthorized")) throw error;
        const renewed = await tokenFor(token);
        if (renewed === token) throw error;
        return answerTo(renewed).catch((refused: unknown) => {
          if (isProblem(refused, "unauthorized")) session.spoiled(renewed);
          throw refused;
        });
      });
    } catch (error) {
      throwIfAborted(call.signal);
      throw error;
    } finally {
      stop();
      release();
      ignorePerson();
    }
  }

  const attempts = (own: number | false | undefined) => (own === false ? 1 : (own ?? retry));

  async function ask<T>(call: Call, { mayRepeat = isTransient, retry: own, signal, onTrouble }: Repeating = {}) {
    const pin: Pin = call.pin ?? { person: null };
    const patience = { mayRepeat, ports, attempts: attempts(own), signal, onTrouble };
    return (await patiently(() => send<T>({ ...call, pin, signal }), patience)).body;
  }

  async function erase(call: Call, options?: CallOptions) {
    let mayBeGone = false;
    const onTrouble = () => {
      mayBeGone = true;
    };
    await ask<null>(call, { ...options, onTrouble }).catch((error) => {
      if (!(mayBeGone && isProblem(error, "not_found"))) throw error;
    });
  }

  return { ports, session, send, ask, erase, attempts };
}

/** Seconds or a date, as milliseconds from now; null without one. */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const value = headers.get("Retry-After")?.trim();
  if (!value) return null;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** The address without slashes at its end. */
export function rootOf(baseUrl: unknown): string {
  if (typeof baseUrl === "string" && /^(https?:\/\/[^/\s@?#]|\/(?!\/))[^\s@?#]*$/.test(baseUrl))
    return baseUrl.replace(/\/+$/, "");
  throw new UsageError(
    `baseUrl must be the API's address, as https://…/api; it is ${JSON.stringify(baseUrl)}. Is VITE_CASEWORK_API set?`,
  );
}

/** The request without its token. Throws UsageError for what can never be sent. */
function written(root: string, call: Call): [string, Omit<Request, "signal">] {
  const [method = "GET"] = call.route.split(" ", 1);
  try {
    const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
    const type = call.body === undefined ? {} : { "Content-Type": "application/json" };
    const headers = { ...type, ...call.headers };
    new Headers(headers);
    // We keep ETags ourselves.
    return [root + pathOf(call), { method, headers, ...body, cache: "no-store" }];
  } catch (cause) {
    throw new UsageError(`The request cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/** The path with its parameters and query; members that are undefined are left out. */
function pathOf({ route, parameters = {}, query = {} }: Call): string {
  const path = route.slice(route.indexOf(" ") + 1);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (typeof value !== "string" || /^\.{0,2}$/.test(value))
      throw new TypeError(`${name} is ${JSON.stringify(value)}, not an id.`);
    return encodeURIComponent(value);
  });
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  return asked.length
    ? `${filled}?${new URLSearchParams(asked.map(([name, value]) => [name, String(value)]))}`
    : filled;
}

type Request = Omit<RequestInit, "headers"> & { method: string; headers: Record<string, string>; signal: AbortSignal };

/** The whole answer, its body included. Throws NetworkError, ProblemError. */
async function answered<T>({ fetch, now }: Ports, url: string, request: Request): Promise<Answer<T>> {
  let response: Response;
  let text: string;
  try {
    response = await unlessAborted(fetch(url, request), request.signal); // the caller's may not know of signals
    text = await unlessAborted(response.text(), request.signal);
  } catch (cause) {
    throw new NetworkError("The service cannot be reached.", { cause });
  }
  const { ok, status, headers } = response;
  if (ok || status === 304) return { status, headers, body: parsed(text) as T };
  throw problemOf(response, text, now());
}

/** The answer, when it can be one to this call; a page of a proxy or captive portal is none. */
function understood<T>({ is = () => true, route, headers }: Call, answer: Answer<T>): Answer<T> {
  const { status, body } = answer;
  const isEmpty = (status === 204 && route.startsWith("DELETE")) || (status === 304 && headers?.["If-None-Match"]);
  if (isEmpty || (typeof body === "object" && body !== null && is(body))) return answer;
  throw new NetworkError("The answer is not the service's.");
}

/** The JSON of a text; undefined when it is none. */
function parsed(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf({ status, headers }: Response, text: string, now: number): ProblemError | NetworkError {
  const pause = retryAfterMs(headers, now);
  const problem = parsed(text) as Partial<Problem> | null | undefined;
  if (/^application\/problem\+json/i.test(headers.get("Content-Type") ?? "") && typeof problem?.code === "string") {
    return new ProblemError({ ...problem, status, detail: problem.detail ?? problem.code } as Problem, pause);
  }
  return new NetworkError(`The answer is not the service's (${status}).`, { status, retryAfterMs: pause });
}

/** The header of an Idempotency-Key. */
export function keyed(key: string): { "Idempotency-Key": string } {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return { "Idempotency-Key": key };
  throw new UsageError("An Idempotency-Key is 1 to 255 visible ASCII characters, without spaces.");
}
