"use client";
// How far are the files that go into a case?

import { useMemo, useSyncExternalStore } from "react";
import { lateUploads } from "../late.js";
import type { UploadItem, Uploads } from "../upload-item.js";
import { useClient } from "./provider.js";

export interface UsedUploads extends Pick<Uploads, "add" | "retry" | "remove"> {
  uploads: readonly UploadItem[];
}

const NONE: readonly UploadItem[] = [];
const onServer = () => NONE;

/** A queue of files for this case, two at a time; those under way go on when the component has gone. */
export function useUploads(caseId: string): UsedUploads {
  const client = useClient();
  const queue = useMemo(() => lateUploads(client, caseId), [client, caseId]);
  const uploads = useSyncExternalStore(queue.subscribe, queue.getState, onServer);
  return { uploads, add: queue.add, retry: queue.retry, remove: queue.remove };
}
