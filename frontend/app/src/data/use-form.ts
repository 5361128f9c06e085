// The working form of a case in a component: as the API has it, with what waits to be sent on top, and what can be done.

import type { Client, Form, FormChanges } from "@casework/client";
import { formQuery, keyOf } from "@casework/client/query";
import { useClient } from "@casework/client/react";
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { useAskBeforeLeaving } from "../surroundings.js";
import { type Edit, withPending } from "./edit.js";
import { Edits, type EditsState } from "./edits.js";
import { newId } from "./new-id.js";
import { tabStorage } from "./storage.js";

export interface UsedForm {
  form: Form | null;
  error: Error | null;
  isLoading: boolean;
  edits: EditsState;
  /** `seen`: the value that the person saw when they began, unless it is what is shown now. */
  set(field: string, value: unknown, seen?: unknown): void;
  /** Take the analysis's value or item again; `analysed`: the value, as far as it is known. */
  revert(place: string, analysed?: unknown): void;
  remove(row: string): void;
  addTo(list: string, item: Record<string, unknown>): void;
  confirm(section: string): void;
  unconfirm(section: string): void;
  settle(choice: "mine" | "theirs"): void;
  forgetRefusal(): void;
  /** Send what waits now. */
  resend(): void;
  /** Take the last action back; null: there is none. */
  undo: (() => void) | null;
}

const CHANNEL = "casework forms";
const THIS_TAB = newId();
const queues = new Map<string, Edits>();

export function useForm(caseId: string): UsedForm {
  const client = useClient();
  const queryClient = useQueryClient();
  const query = useQuery({ ...formQuery(client, caseId), structuralSharing: newest });
  const edits = useMemo(() => queueOf(client, queryClient, caseId), [client, queryClient, caseId]);
  const state = useSyncExternalStore(edits.subscribe, edits.getState);
  useSending(edits, state);
  useOtherTabs(caseId, () => void query.refetch());

  const form = useMemo(() => (query.data ? withPending(query.data, state.pending) : null), [query.data, state.pending]);
  return {
    form,
    error: query.error,
    isLoading: query.isPending,
    edits: state,
    set: (field, value, seen) => edits.do(field, { changes: [{ field, value }] }, value, seen),
    revert: (place, analysed = null) => edits.do(place, { revert: [place] }, analysed),
    remove: (row) => edits.do(row, { remove: [row] }, null),
    addTo: (list, item) => edits.do(list, { add: [{ list, item }] }, item),
    confirm: (section) => edits.do(section, { confirm: [section] }, true),
    unconfirm: (section) => edits.do(section, { unconfirm: [section] }, false),
    settle: (choice) => edits.settle(choice),
    forgetRefusal: () => edits.forgetRefusal(),
    resend: () => void edits.send(),
    undo: state.done.length > 0 ? () => edits.undo() : null,
  };
}

function queueOf(client: Client, queryClient: QueryClient, caseId: string): Edits {
  const name = `${client.user} ${caseId}`;
  const found = queues.get(name);
  if (found) return found;
  const key = keyOf(client, "case", caseId, "form");
  const channel = new BroadcastChannel(CHANNEL);
  const edits = new Edits({
    async change(version, changes) {
      const changed = await client.cases.changeForm(caseId, version, changes, { retry: false });
      return withIssues(changed, changes, queryClient.getQueryData<Form>(key));
    },
    read: () => client.cases.form(caseId, { retry: false }),
    form: () => queryClient.getQueryData<Form>(key) ?? null,
    show(form) {
      const before = queryClient.getQueryData<Form>(key);
      if (before && before.version > form.version) return;
      void queryClient.cancelQueries({ queryKey: key });
      queryClient.setQueryData(key, form);
      void queryClient.invalidateQueries({ queryKey: keyOf(client, "cases"), refetchType: "none" });
      void queryClient.invalidateQueries({ queryKey: keyOf(client, "case", caseId, "history"), refetchType: "none" });
      channel.postMessage({ caseId, from: THIS_TAB });
    },
    settled() {
      void queryClient.invalidateQueries({ queryKey: key });
    },
    user: client.user,
    storage: tabStorage,
    key: `casework edits ${name}`,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  queues.set(name, edits);
  return edits;
}

/** The answer to a change names only the issues that the change concerns: the others stay until the form is read again. */
function withIssues(changed: Form, { changes = [], revert = [], remove = [] }: FormChanges, before?: Form): Form {
  const touched = [...changes.map(({ field }) => field), ...revert, ...remove];
  const isTouched = (field: string) => touched.some((path) => field === path || field.startsWith(`${path}.`));
  const named = new Set(changed.issues.map(({ field, code }) => `${field} ${code}`));
  const others = (before?.issues ?? []).filter(
    ({ field, code }) => !isTouched(field) && !named.has(`${field} ${code}`),
  );
  return { ...changed, issues: [...changed.issues, ...others] };
}

/** What waits goes out when the page opens and when the network is back; nobody leaves the page over it unasked. */
function useSending(edits: Edits, { pending }: { pending: readonly Edit[] }): void {
  useEffect(() => {
    const send = () => void edits.send();
    send();
    addEventListener("online", send);
    return () => removeEventListener("online", send);
  }, [edits]);
  useAskBeforeLeaving(pending.length > 0);
}

/** Another tab has changed the form: it is read again. */
function useOtherTabs(caseId: string, onChange: () => void): void {
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }) => {
      if (data.caseId === caseId && data.from !== THIS_TAB) latest.current();
    };
    return () => channel.close();
  }, [caseId]);
}

/** An answer that is late never replaces a newer form. */
function newest(before: unknown, now: unknown): unknown {
  const isOlder = before !== undefined && (before as Form).version > (now as Form).version;
  return isOlder ? before : now;
}
