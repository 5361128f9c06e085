// How does news of jobs come without being asked for? Over one socket for all that are followed; polling is what remains without.

import { retryDelayMs } from "./backoff.js";
import { isProblem, NetworkError } from "./errors.js";
import type { Api } from "./http.js";
import { isJob } from "./job.js";
import type { JobStore } from "./job-store.js";
import type { OpenSocket, Socket } from "./ports.js";
import type { Pin } from "./session.js";
import { onAbort } from "./signals.js";

const MOST_JOBS = 50;
const OPENS_WITHIN_MS = 5_000;
const PING_EVERY_MS = 4 * 60_000;
/** After so many sockets in a row that brought nothing, a proxy probably bars the way. */
const MOST_FAILURES = 3;
/** Then, or when the API has no streams or does not know one of the jobs, the next is tried after this time. */
const WITHOUT_MS = 10 * 60_000;

export interface Live {
  /** Follow a job for this person; `onChange` is called when it begins and when it ends to be live. */
  follow(jobId: string, onChange: () => void): () => void;
  /** Whether news of this job comes by itself at the moment. */
  isLive(jobId: string): boolean;
}

interface LiveAround {
  api: Api;
  store: JobStore;
  socket: OpenSocket;
}

/** What a socket brings goes into the store, which lets nothing go back. */
export function createLive({ api, store, socket: open }: LiveAround): Live {
  const { ports, session } = api;
  const wanted = new Map<string, () => void>();
  const sent = new Set<string>();
  let socket: Socket | null = null;
  let isOpen = false;
  let attempt: AbortController | null = null;
  let failures = 0;
  let ignorePage = () => {};

  /** Try for as long as jobs are wanted and the page is seen. */
  async function run(own: AbortController): Promise<void> {
    const { signal } = own;
    await null; // all that are wanted at once go into one request
    while (!signal.aborted && wanted.size > 0) {
      const without = await connected(signal).catch((error: unknown) => error);
      if (signal.aborted) return;
      failures += 1;
      const isMissing = isProblem(without, "not_found") || isProblem(without, "method_not_allowed");
      const pause = retryDelayMs(failures, without, ports.random());
      await ports.sleep(isMissing || failures > MOST_FAILURES ? WITHOUT_MS : pause, signal, true);
    }
  }

  /** One connection, to its end. */
  async function connected(signal: AbortSignal): Promise<unknown> {
    const pin: Pin = { person: session.person }; // whose jobs they are
    const ids = [...wanted.keys()].slice(0, MOST_JOBS);
    const is = (body: object) => typeof (body as { url?: unknown }).url === "string";
    const call = { route: "POST /streams" as const, body: { job_ids: ids }, signal, pin, is };
    const { url, protocols } = (await api.send<{ url: string; protocols: string[] }>(call)).body;
    if (signal.aborted) return null;
    return new Promise((resolve) => {
      const over = new AbortController();
      const opened = open(url, protocols, {
        onOpen() {
          isOpen = true;
          for (const id of ids) sent.add(id);
          agree();
          tellAll();
        },
        onMessage: (text) => (receive(text) ? undefined : end()),
        onClose: end,
      });
      socket = opened;
      void ports.sleep(OPENS_WITHIN_MS, over.signal, true).then(() => isOpen || over.signal.aborted || end());
      void keepAlive(over.signal);
      const release = [pin.person?.onEnd(end), onAbort(signal, end)];

      function end(): void {
        if (over.signal.aborted) return;
        over.abort();
        for (const each of release) each?.();
        opened.close();
        socket = null;
        isOpen = false;
        sent.clear();
        tellAll();
        resolve(new NetworkError("The stream has ended."));
      }
    });
  }

  /** False when the other side no longer knows this connection: a new ticket is needed. */
  function receive(text: string): boolean {
    const message = parsed(text);
    if (message?.type === "error" && message.code === "unknown_connection") return false;
    if (message?.type !== "job" || typeof message.job !== "object" || !message.job || !isJob(message.job)) return true;
    failures = 0; // it works
    if (wanted.has(message.job.job_id)) store.accept(message.job);
    return true;
  }

  async function keepAlive(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await ports.sleep(PING_EVERY_MS, signal, true);
      if (!signal.aborted && isOpen) socket?.send(JSON.stringify({ type: "ping" }));
    }
  }

  /** Say over an open socket what is wanted now. */
  function agree(): void {
    if (!isOpen) return;
    const less = [...sent].filter((id) => !wanted.has(id));
    for (const id of less) sent.delete(id);
    const more = [...wanted.keys()].filter((id) => !sent.has(id)).slice(0, MOST_JOBS - sent.size);
    for (const id of more) sent.add(id);
    if (less.length > 0) socket?.send(JSON.stringify({ type: "unfollow", job_ids: less }));
    if (more.length > 0) socket?.send(JSON.stringify({ type: "follow", job_ids: more }));
  }

  function tellAll(): void {
    for (const onChange of [...wanted.values()]) onChange();
  }

  function begin(): void {
    if (attempt !== null || wanted.size === 0 || ports.page.isHidden()) return;
    const own = new AbortController();
    attempt = own;
    void run(own).then(() => {
      if (attempt === own) attempt = null;
    });
  }

  function stop(): void {
    attempt?.abort();
    attempt = null;
  }

  function beginToLook(): void {
    ignorePage = ports.page.onChange((change) => {
      if (change === "hidden") stop();
      else if (!isOpen) {
        stop();
        begin();
      }
    });
  }

  session.onChange(() => {
    stop();
    queueMicrotask(begin);
  });
  return {
    isLive: (jobId) => isOpen && sent.has(jobId),
    follow(jobId, onChange) {
      if (wanted.size === 0) beginToLook();
      wanted.set(jobId, onChange);
      agree();
      begin();
      return () => {
        if (wanted.get(jobId) !== onChange) return; // left before; somebody else follows it by now
        wanted.delete(jobId);
        agree();
        if (wanted.size > 0) return;
        ignorePage();
        stop();
      };
    },
  };
}

function parsed(text: string): { type?: unknown; job?: unknown; code?: unknown } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
