// What does the client take from its surroundings? Network, time, chance, memory, the page and its other tabs.

import type { Outgoing, Stored } from "./upload.js";

export interface Ports {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Send a form with a file to storage, and say how far it is: as the page can, unless another way is named. */
  upload?(outgoing: Outgoing): Promise<Stored>;
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Resolves after so many milliseconds, however many, or as soon as the signal aborts; never rejects. `isIdle`: a process
   * that has nothing else to do need not wait for it.
   */
  sleep(ms: number, signal?: AbortSignal, isIdle?: boolean): Promise<void>;
  /** At least 0, less than 1. */
  random(): number;
  /** A new Idempotency-Key. */
  newKey(): string;
  storage: KeyValueStorage;
  page: Page;
  tabs: Tabs;
  /** Open a WebSocket: the page's own, unless another is named; with null jobs are polled only. */
  socket?: OpenSocket | null;
  /** Where errors go that a listener throws: they are its own, and end nothing here. */
  report(error: unknown): void;
}

/** Where unanswered starts are remembered over a reload; the Web Storage API fits. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The page that the user looks at. */
export interface Page {
  isHidden(): boolean;
  /** Calls the listener with each change; the answer ends that. */
  onChange(listener: (change: PageChange) => void): () => void;
}

/** `online`: the network is back. */
export type PageChange = "shown" | "hidden" | "online";

/** The other tabs of this browser: who opens the same channel gets what the others post. */
export interface Tabs {
  open(channel: string, listener: (message: unknown) => void): { post(message: unknown): void; close(): void };
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

/** Open a socket; a refusal, a failure and an end are all `onClose`. */
export type OpenSocket = (
  url: string,
  protocols: string[],
  on: { onOpen(): void; onMessage(text: string): void; onClose(): void },
) => Socket;

/** setTimeout counts with 32 bits: more than this fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a browser offers, and Node as far as it goes. */
export function standardPorts(): Ports {
  return {
    fetch: (url, init) => globalThis.fetch(url, init),
    now: Date.now,
    sleep,
    random: Math.random,
    newKey,
    storage: standardStorage(),
    page: standardPage(),
    tabs: { open: openChannel },
    report,
  };
}

/** Call a listener; its error is its own, and ends nothing here. */
export function safely({ report }: Pick<Ports, "report">, call: () => void): void {
  try {
    call();
  } catch (error) {
    report(error);
  }
}

/** Storage that lasts as long as the page. */
export function shortMemory(): KeyValueStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

async function sleep(ms: number, signal?: AbortSignal, isIdle = false): Promise<void> {
  for (let left = ms; left > 0 && !signal?.aborted; left -= LONGEST_TIMER_MS) {
    await nap(Math.min(left, LONGEST_TIMER_MS), signal, isIdle);
  }
}

function nap(ms: number, signal: AbortSignal | undefined, isIdle: boolean): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    if (isIdle) (timer as { unref?: () => void }).unref?.(); // Node's
    signal?.addEventListener("abort", wake);
  });
}

// Not randomUUID: browsers have that on https and localhost only.
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function standardStorage(): KeyValueStorage {
  try {
    return typeof window === "undefined" || !window.localStorage ? shortMemory() : window.localStorage;
  } catch {
    return shortMemory(); // a browser may forbid it
  }
}

function standardPage(): Page {
  // React Native has a window without a document, and neither has these events.
  if (typeof document === "undefined" || typeof window === "undefined") {
    return { isHidden: () => false, onChange: () => () => undefined };
  }
  const isHidden = () => document.visibilityState === "hidden";
  return {
    isHidden,
    onChange(listener) {
      const turned = () => listener(isHidden() ? "hidden" : "shown");
      const online = () => listener("online");
      document.addEventListener("visibilitychange", turned);
      window.addEventListener("online", online);
      return () => {
        document.removeEventListener("visibilitychange", turned);
        window.removeEventListener("online", online);
      };
    },
  };
}

function openChannel(name: string, listener: (message: unknown) => void) {
  // Node has channels too, and one keeps its process alive.
  if (typeof document === "undefined" || typeof BroadcastChannel === "undefined") {
    return { post: () => undefined, close: () => undefined };
  }
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => listener(data);
  return { post: (message: unknown) => channel.postMessage(message), close: () => channel.close() };
}

function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
