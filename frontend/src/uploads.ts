// How do many files get into a case? Two at a time, each with its progress; what failed can be tried again.

import type { CaseDocument } from "./api.js";
import type { Client } from "./client.js";
import type { DocumentFacts } from "./documents.js";
import { asOurs, type CaseworkError, UploadError } from "./errors.js";
import { newKey } from "./ports.js";

const AT_A_TIME = 2;

/** `checking`: the bytes are there and the API looks at them. `unreadable`: it took the file, but can read nothing in it. */
export type UploadStatus = "waiting" | "sending" | "checking" | "ready" | "unreadable" | "failed";

/** One file on its way. */
export interface UploadItem {
  id: string;
  fileName: string;
  /** Bytes. */
  size: number;
  sent: number;
  status: UploadStatus;
  error: CaseworkError | null;
  document: CaseDocument | null;
}

/** The files that were added, in their order. No function throws: what goes wrong stands with the file. */
export interface Uploads {
  getState(): readonly UploadItem[];
  subscribe(listener: () => void): () => void;
  add(files: Iterable<File>, facts?: DocumentFacts): void;
  /** Send a file again that failed. */
  retry(id: string): void;
  /** Take a file back: stop it on its way, or delete its document. */
  remove(id: string): Promise<void>;
}

interface Held {
  item: UploadItem;
  file: File;
  facts: DocumentFacts;
  key: string;
  stop: AbortController;
}

/** A queue of uploads into a case. */
export function createUploads(client: Pick<Client, "documents">, caseId: string): Uploads {
  const listeners = new Set<() => void>();
  const held = new Map<string, Held>();
  let state: readonly UploadItem[] = [];
  let count = 0;

  function changed(): void {
    state = [...held.values()].map(({ item }) => item);
    for (const listener of [...listeners]) listener();
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
      if (error instanceof UploadError) one.key = newKey();
      put(id, { status: "failed", error: asOurs(error) });
    }
    next();
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    add(files, facts = {}) {
      for (const file of files) {
        const id = `upload-${++count}`;
        const item: UploadItem = {
          ...{ id, fileName: file.name, size: file.size, sent: 0, status: "waiting", error: null, document: null },
        };
        held.set(id, { item, file, facts, key: newKey(), stop: new AbortController() });
      }
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
