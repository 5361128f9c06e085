// What do the views ask of the API? Queries over the client, and what of a case they take from its answer.

import type { AgentAnalysis, CallAnalysis, Case, Form7801Analysis, RequestedDocument } from "@casework/client";
import { caseQuery, keyOf, pageQuery } from "@casework/client/query";
import { useClient } from "@casework/client/react";
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

export function useCase(caseId: string) {
  return useQuery(caseQuery(useClient(), caseId));
}

/** Have the case, its form and the lists asked for again, e.g. after an analysis. */
export function useRefresh(caseId: string): () => void {
  const client = useClient();
  const queryClient = useQueryClient();
  return useCallback(() => {
    void queryClient.invalidateQueries({ queryKey: keyOf(client, "case", caseId) });
    void queryClient.invalidateQueries({ queryKey: keyOf(client, "cases") });
  }, [client, queryClient, caseId]);
}

export function usePage(caseId: string, documentId: string | null, number: number) {
  const client = useClient();
  return useQuery({
    ...pageQuery(client, caseId, documentId ?? "", number),
    enabled: documentId !== null,
    placeholderData: (before) => before, // the old page stays until the new one is there
  });
}

const pictures = new Map<string, HTMLImageElement>();
const MOST_PICTURES = 12;

/** Load a page and decode its picture, so that it is there at once when somebody asks. */
export async function prefetchPage(
  queryClient: QueryClient,
  client: Parameters<typeof pageQuery>[0],
  place: { caseId: string; documentId: string; page: number },
): Promise<void> {
  const { image_url } = await queryClient.fetchQuery(pageQuery(client, place.caseId, place.documentId, place.page));
  if (!image_url || pictures.has(image_url)) return;
  const picture = new Image();
  picture.src = image_url;
  pictures.set(image_url, picture);
  for (const url of [...pictures.keys()].slice(0, -MOST_PICTURES)) pictures.delete(url);
  await picture.decode().catch(() => pictures.delete(image_url));
}

export function formAnalysisOf(theCase: Case | undefined): Form7801Analysis | null {
  return (theCase?.final_document_analysis as unknown as Form7801Analysis | null) ?? null;
}

export function agentAnalysisOf(theCase: Case | undefined): AgentAnalysis | null {
  return (theCase?.form_7801_analysis as unknown as AgentAnalysis | null) ?? null;
}

interface StoredAnalysis {
  structured_data?: CallAnalysis;
  documents_requested_list?: unknown;
}

export function callAnalysisOf(theCase: Case | undefined): CallAnalysis | null {
  const stored = theCase?.call_details?.analysis as StoredAnalysis | undefined;
  return stored?.structured_data ?? null;
}

/** The documents that the claimant should bring; older entries are bare names. */
export function requestedOf(theCase: Case | undefined): RequestedDocument[] {
  const list: unknown = callAnalysisOf(theCase)?.documents_requested_list;
  if (!Array.isArray(list)) return [];
  return list.map((one) => {
    const entry = typeof one === "string" ? { name: one } : one;
    return { reason: "", source: "", required: false, uploaded: false, ...entry, name: String(entry?.name ?? "") };
  });
}

export interface CallMessage {
  index: number;
  role: "user" | "bot";
  message: string;
  secondsFromStart: number | null;
}

/** What was said in the call, the claimant's and the assistant's lines. */
export function messagesOf(theCase: Case | undefined): CallMessage[] {
  const { messages, artifact } = (theCase?.call_details ?? {}) as Record<string, unknown>;
  const given = Array.isArray(messages) ? messages : (artifact as Record<string, unknown> | undefined)?.messages;
  if (!Array.isArray(given)) return [];
  const spoken = given.map((one, index) => ({
    index,
    role: one?.role === "user" ? ("user" as const) : ("bot" as const),
    message: String(one?.message ?? one?.content ?? ""),
    secondsFromStart: typeof one?.secondsFromStart === "number" ? one.secondsFromStart : null,
  }));
  return spoken.filter(({ message, index }) => message && ["user", "bot", "assistant"].includes(given[index]?.role));
}
