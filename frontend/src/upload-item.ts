// What is there to draw of files on their way into a case? It is there before the code that sends them.

import type { CaseDocument } from "./api.js";
import type { DocumentFacts } from "./documents.js";
import type { CaseworkError } from "./errors.js";
import { newKey } from "./ports.js";

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

/** The files that were added, in their order. No function throws: what goes wrong is shown with the file. */
export interface Uploads {
  getState(): readonly UploadItem[];
  subscribe(listener: () => void): () => void;
  add(files: Iterable<File>, facts?: DocumentFacts): void;
  /** Send a file again that failed. */
  retry(id: string): void;
  /** Take a file back: stop it on its way, or delete its document. */
  remove(id: string): Promise<void>;
}

/** A file that was added, and what is known of it. */
export interface Added {
  item: UploadItem;
  file: File;
  facts: DocumentFacts;
}

export function addedOf(files: Iterable<File>, facts: DocumentFacts = {}): Added[] {
  const item = { sent: 0, status: "waiting", error: null, document: null } as const;
  return Array.from(files, (file) => ({
    ...{ item: { ...item, id: newKey(), fileName: file.name, size: file.size }, file, facts },
  }));
}
