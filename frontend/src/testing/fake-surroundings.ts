// What is around a client in a test? Time that moves when told, a page to hide, storage to look into, tabs that hear each other.

// What a client loads when it is first used is there already: then a test need not wait for it.
import "../documents.js";
import "../job-list.js";
import "../live.js";
import "../work.js";
import type { KeyValueStorage, PageChange, Ports, Tabs } from "../ports.js";
import type { FakeApi } from "./fake-api.js";

/** Time that stands still until `advance`; whoever sleeps wakes in order. */
export class FakeTime {
  ms: number;
  #sleepers = new Set<{ until: number; wake: () => void }>();

  constructor(ms = Date.UTC(2026, 5, 10, 9)) {
    this.ms = ms;
  }

  readonly now = () => this.ms;

  readonly sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = {
        until: this.ms + ms,
        wake: () => {
          signal?.removeEventListener("abort", sleeper.wake);
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake);
    });

  /** Somebody sets the clock: it says less than before, and who sleeps does not notice. */
  setBack(ms: number): void {
    this.ms -= ms;
    for (const sleeper of this.#sleepers) sleeper.until -= ms;
  }

  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    await settled();
    for (let next = this.#next(); next && next.until <= end; next = this.#next()) {
      this.ms = Math.max(this.ms, next.until);
      next.wake();
      await settled();
    }
    this.ms = end;
  }

  #next() {
    let first: { until: number; wake: () => void } | undefined;
    for (const sleeper of this.#sleepers) if (!first || sleeper.until < first.until) first = sleeper;
    return first;
  }
}

/** Until everything that can happen without time passing has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await nextTurn();
}

function nextTurn(): Promise<void> {
  const { setImmediate: soon = setTimeout } = globalThis as { setImmediate?: (call: () => void) => unknown };
  return new Promise((resolve) => void soon(resolve));
}

/** A page that can be hidden and shown; `change` tells its listeners, and without a word that the network is back. */
export class FakePage {
  hidden = false;
  listeners = new Set<(change: PageChange) => void>();

  readonly isHidden = () => this.hidden;
  readonly onChange = (listener: (change: PageChange) => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  change(hidden?: boolean): void {
    this.hidden = hidden ?? this.hidden;
    const change = hidden === undefined ? "online" : hidden ? "hidden" : "shown";
    for (const listener of [...this.listeners]) listener(change);
  }
}

/** The tabs of one browser: give the same object to the clients of all. */
export class FakeTabs implements Tabs {
  readonly #open = new Set<{ name: string; listener: (message: unknown) => void }>();

  open(name: string, listener: (message: unknown) => void) {
    const own = { name, listener };
    this.#open.add(own);
    return {
      post: (message: unknown) => {
        const others = [...this.#open].filter((other) => other.name === name && other !== own);
        for (const other of others) queueMicrotask(() => this.#open.has(other) && other.listener(message));
      },
      close: () => void this.#open.delete(own),
    };
  }
}

/** Web Storage over a map. */
export function fakeStorage(stored = new Map<string, string>()): KeyValueStorage {
  return {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => void stored.set(key, value),
    removeItem: (key) => void stored.delete(key),
  };
}

export interface FakeParts {
  api: FakeApi;
  time?: FakeTime;
  page?: FakePage;
  tabs?: FakeTabs;
  stored?: Map<string, string>;
}

/** Ports of a client that meets nothing real. Errors of listeners are thrown at the test. */
export function fakePorts({
  api,
  time = new FakeTime(),
  page = new FakePage(),
  tabs = new FakeTabs(),
  stored,
}: FakeParts): Ports {
  let keys = 0;
  return {
    ...{ fetch: api.fetch, now: time.now, sleep: time.sleep, page, tabs, storage: fakeStorage(stored) },
    socket: null,
    random: () => 0.5,
    newKey: () => `key-${++keys}`,
    async upload({ url, method, headers, fields, file, onProgress, signal }) {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append("file", file);
      onProgress?.({ sent: 0, total: file.size });
      const response = await api.fetch(url, { method, headers, body: form, ...(signal ? { signal } : {}) });
      onProgress?.({ sent: file.size, total: file.size });
      return { status: response.status, text: await response.text() };
    },
    report(error) {
      throw error;
    },
  };
}
