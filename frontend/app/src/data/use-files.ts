// The files on their way into a case: they go on, and what failed is there to be tried again, whichever view is open.

import { type CaseDocument, type Client, createUploads, type UploadItem, type Uploads } from "@casework/client";
import { useClient } from "@casework/client/react";
import { useEffect, useMemo, useSyncExternalStore } from "react";

const queues = new Map<string, Uploads>();
const listeners = new Set<() => void>();
/** Documents that a case has had: one that is gone again was removed. */
const listed = new Set<string>();

export interface UsedFiles extends Pick<Uploads, "add" | "retry" | "remove"> {
  uploads: readonly UploadItem[];
}

export function useFiles(caseId: string): UsedFiles {
  const client = useClient();
  const queue = useMemo(() => queueOf(client, caseId), [client, caseId]);
  const uploads = useSyncExternalStore(queue.subscribe, queue.getState);
  return { uploads, add: queue.add, retry: queue.retry, remove: queue.remove };
}

function queueOf(client: Client, caseId: string): Uploads {
  const name = `${client.user} ${caseId}`;
  const queue = queues.get(name) ?? createUploads(client, caseId);
  if (!queues.has(name)) queue.subscribe(tell);
  queues.set(name, queue);
  return queue;
}

/** The files that are not among the case's documents yet. */
export function useOnTheWay(uploads: readonly UploadItem[], documents: readonly CaseDocument[]): UploadItem[] {
  useEffect(() => {
    for (const { id } of documents) listed.add(id);
  }, [documents]);
  const isThere = (id: string) => listed.has(id) || documents.some((one) => one.id === id);
  return uploads.filter(({ document }) => document === null || !isThere(document.id));
}

/** Whether files of any case are on their way: they are lost when the page is closed. */
export function useIsSending(): boolean {
  return useSyncExternalStore(subscribe, isSending);
}

function isSending(): boolean {
  const items = [...queues.values()].flatMap((queue) => queue.getState());
  return items.some(({ status }) => status === "waiting" || status === "sending" || status === "checking");
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function tell(): void {
  for (const listener of [...listeners]) listener();
}
