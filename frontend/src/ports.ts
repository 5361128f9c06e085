// What does the client take from its surroundings? Network, time, chance, memory and the page; each can be replaced.

export interface Ports {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** At least 0, less than 1. */
  random(): number;
  /** A new Idempotency-Key. */
  newKey(): string;
  storage: KeyValueStorage;
  page: Page;
}

/** Where open jobs are remembered over a reload; the Web Storage API fits. */
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
  };
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

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake);
  });
}

// Not randomUUID: browsers have that on https and localhost only.
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function standardStorage(): KeyValueStorage {
  try {
    return typeof window === "undefined" ? shortMemory() : window.localStorage;
  } catch {
    return shortMemory(); // a browser may forbid it
  }
}

function standardPage(): Page {
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
