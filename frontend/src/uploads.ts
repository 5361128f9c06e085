// How do many files get into a case? Two at a time, each with its progress; what failed can be tried again.

import type { Client } from "./client.js";
import { asOurs } from "./errors.js";
import { newKey } from "./ports.js";
import { type Added, addedOf, type UploadItem, type Uploads } from "./upload-item.js";

const AT_A_TIME = 2;

interface Held extends Added {
  key: string;
  stop: AbortController;
}

/** A queue of uploads into a case; `added` are its first files. */
export function createUploads(client: Pick<Client, "documents">, caseId: string, added: Added[] = []): Uploads {
  const listeners = new Set<() => void>();
  const held = new Map<string, Held>();
  let state: readonly UploadItem[] = [];

  function changed(): void {
    state = [...held.values()].map(({ item }) => item);
    for (const listener of [...listeners]) listener();
  }

  function hold(one: Added): void {
    held.set(one.item.id, { ...one, key: newKey(), stop: new AbortController() });
  }

  function put(id: string, change: Partial<UploadItem>): void {
    const one = held.get(id);
    if (!one) return;
    one.item = { ...one.item, ...change };
    changed();
  }

  function next(): void {
    const items = [...held.values()];
    const busy = items.filter(({ item }) => item.status === "sending" || item.status === "checking").length;
    for (const one of items.filter(({ item }) => item.status === "waiting").slice(0, AT_A_TIME - busy)) void send(one);
  }

  async function send(one: Held): Promise<void> {
    const { id } = one.item;
    one.stop = new AbortController();
    put(id, { status: "sending", sent: 0, error: null });
    try {
      const document = await client.documents.upload(caseId, one.file, {
        ...one.facts,
        ...{ signal: one.stop.signal, key: one.key },
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
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    add(files, facts) {
      addedOf(files, facts).forEach(hold);
      changed();
      next();
    },
    retry(id) {
      if (held.get(id)?.item.status !== "failed") return;
      put(id, { status: "waiting" });
      next();
    },
    async remove(id) {
      const one = held.get(id);
      if (!one) return;
      held.delete(id);
      changed();
      one.stop.abort();
      next();
      const { document } = one.item;
      if (document) await client.documents.delete(caseId, document.id).catch((error) => putBack(one, error));
    },
  };

  function putBack(one: Held, error: unknown): void {
    held.set(one.item.id, { ...one, item: { ...one.item, error: asOurs(error) } });
    changed();
  }
}
