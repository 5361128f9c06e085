// What is around a client in a unit test? Time that moves when told, storage that can be looked into, a page to hide.

import { type Client, createClient, type GetToken, type PageChange, type Ports } from "../../../src/index.js";
import { FakeApi } from "./api.js";

export const CASE = "case-1";
export const FORM = "document_analysis_form7801";

/** Time that stands still until `advance`; whoever sleeps wakes in order. */
export class FakeTime {
  ms = Date.UTC(2026, 5, 10, 9);
  #sleepers: { until: number; wake: () => void }[] = [];

  readonly now = () => this.ms;

  readonly sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      const sleeper = {
        until: this.ms + ms,
        wake: () => {
          this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
          resolve();
        },
      };
      this.#sleepers.push(sleeper);
      signal.addEventListener("abort", sleeper.wake);
    });

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
    return this.#sleepers.toSorted((one, other) => one.until - other.until)[0];
  }
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

export interface World {
  time: FakeTime;
  page: FakePage;
  api: FakeApi;
  stored: Map<string, string>;
  client: Client;
  /** Another client of the same API with the same storage: the page after a reload. */
  reloaded: () => Client;
}

export function newWorld({ ports = {}, getToken }: { ports?: Partial<Ports>; getToken?: GetToken } = {}): World {
  const time = new FakeTime();
  const page = new FakePage();
  const api = new FakeApi(time.now);
  const stored = new Map<string, string>();
  let keys = 0;
  const surroundings: Partial<Ports> = {
    fetch: api.fetch,
    now: time.now,
    sleep: time.sleep,
    random: () => 0.5,
    newKey: () => `key-${++keys}`,
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    },
    page,
    ...ports,
  };
  const reloaded = () =>
    createClient({ baseUrl: "https://api.test/api/", getToken: getToken ?? (() => "token-1"), ports: surroundings });
  return { time, page, api, stored, client: reloaded(), reloaded };
}

/** Until everything that can happen without time passing has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
