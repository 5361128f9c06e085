// How do many files get into a case? Two at a time, each with its progress; what failed can be tried again.

import type { Client } from "./client.js";
import { coreOf } from "./core.js";
import { asOurs } from "./errors.js";
import { newKey } from "./ports.js";
import { type Added, addedOf, type UploadItem, type Uploads } from "./upload-item.js";

const AT_A_TIME = 2;

interface Held extends Added {
  key: string;
  stop: AbortController;
}

/** A queue of uploads into a case; `added` are its first files. When another person comes, it is empty. */
export function createUploads(client: Client, caseId: string, added: Added[] = []): Uploads {
  const { session } = coreOf(client).api;
  const listeners = new Set<() => void>();
  const held = new Map<string, Held>();
  let state: readonly UploadItem[] = [];
  let person = session.person;
  let ignoreSession = () => {};

  function changed(): void {
    state = [...held.values()].map(({ item }) => item);
    tell();
  }

  function tell(): void {
    for (const listener of [...listeners]) listener();
  }

  /** What is held is the person's who is there: what another chose is neither shown to them nor sent as theirs. */
  function own(): Map<string, Held> {
    if (session.person === person) return held;
    person = session.person;
    for (const { stop } of held.values()) stop.abort();
    held.clear();
    state = [];
    return held;
  }

  function hold(one: Added): void {
    own().set(one.item.id, { ...one, key: newKey(), stop: new AbortController() });
  }

  function put(id: string, change: Partial<UploadItem>): void {
    const one = own().get(id);
    if (!one) return;
    one.item = { ...one.item, ...change };
    changed();
  }

  function next(): void {
    const items = [...own().values()];
    const busy = items.filter(({ item }) => item.status === "sending" || item.status === "checking").length;
    for (const one of items.filter(({ item }) => item.status === "waiting").slice(0, AT_A_TIME - busy)) void send(one);
  }

  async function send(one: Held): Promise<void> {
    const { id } = one.item;
    one.stop = new AbortController();
    put(id, { status: "sending", sent: 0, error: null });
    if (held.get(id) !== one) return;
    try {
      const document = await client.documents.upload(caseId, one.file, {
        ...one.facts,
        ...{ signal: one.stop.signal, key: one.key, pin: { person } },
        onProgress: ({ sent, total }) => put(id, { sent, status: sent < total ? "sending" : "checking" }),
      });
      const status = document.status === "unreadable" ? "unreadable" : "ready";
      put(id, { status, document, sent: one.file.size });
    } catch (error) {
      // The key names what may have been made; a document that was given up is not that.
      if (asOurs(error).name === "UploadError") one.key = newKey();
      put(id, { status: "failed", error: asOurs(error) });
    }
    next();
  }

  added.forEach(hold);
  changed();
  next();
  return {
    getState: () => own() && state,
    subscribe(listener) {
      if (listeners.size === 0) ignoreSession = session.onChange(() => own() && queueMicrotask(tell));
      listeners.add(listener);
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) ignoreSession();
      };
    },
    add(files, facts) {
      addedOf(files, facts).forEach(hold);
      changed();
      next();
    },
    retry(id) {
      if (own().get(id)?.item.status !== "failed") return;
      put(id, { status: "waiting" });
      next();
    },
    async remove(id) {
      const one = own().get(id);
      if (!one) return;
      const owner = person;
      held.delete(id);
      changed();
      one.stop.abort();
      next();
      const { document } = one.item;
      const restore = (error: unknown) => (session.person === owner ? putBack(one, error) : undefined);
      if (document) await client.documents.delete(caseId, document.id).catch(restore);
    },
  };

  function putBack(one: Held, error: unknown): void {
    held.set(one.item.id, { ...one, item: { ...one.item, error: asOurs(error) } });
    changed();
  }
}
