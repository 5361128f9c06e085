// How do Casework's answers get into TanStack Query? As options for its hooks, under keys that no other user has.

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import type { CaseListQuery } from "../cases.js";
import type { Client } from "../client.js";
import { idOf, type JobRef } from "../job-view.js";
import type { JobListQuery } from "../jobs.js";

/** The client's own repeating is off: TanStack Query has one. */
const ONCE = { retry: false } as const;

/** The key of everything of the user who is there: `queryClient.removeQueries({ queryKey: keyOf(client) })`. */
export function keyOf(client: Client, ...parts: unknown[]): readonly unknown[] {
  return ["casework", client.user, ...parts];
}

export function caseQuery(client: Client, caseId: string) {
  return queryOptions({
    queryKey: keyOf(client, "case", caseId),
    queryFn: ({ signal }) => client.cases.get(caseId, { ...ONCE, signal }),
  });
}

export function caseListQuery(client: Client, query: CaseListQuery = {}) {
  return queryOptions({
    queryKey: keyOf(client, "cases", query),
    queryFn: ({ signal }) => client.cases.list(query, { ...ONCE, signal }),
  });
}

export function documentsQuery(client: Client, caseId: string) {
  return queryOptions({
    queryKey: keyOf(client, "case", caseId, "documents"),
    queryFn: ({ signal }) => client.documents.list(caseId, { ...ONCE, signal }),
  });
}

/** A page and its picture; asked again before the picture's address expires. */
export function pageQuery(client: Client, caseId: string, documentId: string, number: number) {
  return queryOptions({
    queryKey: keyOf(client, "case", caseId, "documents", documentId, "page", number),
    queryFn: ({ signal }) => client.documents.page(caseId, documentId, number, { ...ONCE, signal }),
    staleTime: ({ state }) =>
      Math.max(0, Date.parse(state.data?.image_url_expires_at ?? "") - 60_000 - state.dataUpdatedAt) || 0,
  });
}

export function formQuery(client: Client, caseId: string) {
  return queryOptions({
    queryKey: keyOf(client, "case", caseId, "form"),
    queryFn: ({ signal }) => client.cases.form(caseId, { ...ONCE, signal }),
  });
}

export function jobQuery(client: Client, job: JobRef) {
  return queryOptions({
    queryKey: keyOf(client, "job", idOf(job)),
    queryFn: ({ signal }) => client.jobs.get(job, { ...ONCE, signal }),
  });
}

export function jobListQuery(client: Client, query: JobListQuery = {}) {
  return queryOptions({
    queryKey: keyOf(client, "jobs", query),
    queryFn: ({ signal }) => client.jobs.list(query, { ...ONCE, signal }),
  });
}

/** Follow a job and put each change where `jobQuery` finds it; the function that this returns ends that. */
export function followInCache(client: Client, queryClient: QueryClient, job: JobRef): () => void {
  return client.watchJob(job, (view) => {
    if (view.job) queryClient.setQueryData(keyOf(client, "job", idOf(job)), view.job);
  });
}
