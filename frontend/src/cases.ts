// What can be done with cases? Create, read, list, delete, store the call that an analysis reads, and fill in the form.

import type { Case, CaseList, NewCase } from "./api.js";
import type { Form, FormChanges, FormHistory } from "./form.js";
import { type Api, type CallOptions, keyed } from "./http.js";

export interface CaseListQuery {
  limit?: number;
  cursor?: string;
  scope?: "all" | "mine";
  /** Words of title and claimant; at least two characters. */
  q?: string;
  needs_me?: true;
}

/** `key`: the Idempotency-Key of the action, when the caller keeps one; the same key gives the same case or document. */
export interface CreateOptions extends CallOptions {
  key?: string | undefined;
}

export interface Cases {
  create(newCase: NewCase, options?: CreateOptions): Promise<Case>;
  get(caseId: string, options?: CallOptions): Promise<Case>;
  list(query?: CaseListQuery, options?: CallOptions): Promise<CaseList>;
  delete(caseId: string, options?: CallOptions): Promise<void>;
  /** Store a Vapi call object, or an end-of-call report. */
  putCall(caseId: string, call: object, options?: CallOptions): Promise<Case>;
  /** The working form: what analyses found, under what persons set and confirmed. */
  form(caseId: string, options?: CallOptions): Promise<Form>;
  /** Change the form that has this version; a ProblemError `precondition_failed` when somebody was faster. */
  changeForm(caseId: string, version: number, changes: FormChanges, options?: CallOptions): Promise<Form>;
  formHistory(caseId: string, query?: { limit?: number; cursor?: string }, options?: CallOptions): Promise<FormHistory>;
}

/** The cases' part of the client. */
export function casesOf({ ask, erase, ports }: Api): Cases {
  const parameters = (caseId: string) => ({ case_id: caseId });
  return {
    create: async (body, { key, ...options } = {}) =>
      ask<Case>({ route: "POST /cases", body, headers: keyed(key ?? ports.newKey()) }, options),
    get: (caseId, options) => ask<Case>({ route: "GET /cases/{case_id}", parameters: parameters(caseId) }, options),
    list: (query = {}, options) => ask<CaseList>({ route: "GET /cases", query }, options),
    delete: (caseId, options) => erase({ route: "DELETE /cases/{case_id}", parameters: parameters(caseId) }, options),
    putCall: (caseId, body, options) =>
      ask<Case>({ route: "PUT /cases/{case_id}/call", parameters: parameters(caseId), body }, options),
    form: (caseId, options) =>
      ask<Form>({ route: "GET /cases/{case_id}/form", parameters: parameters(caseId) }, options),
    // The version is in the body, since gateways may weaken an ETag; a second sending of the same change is stale: 412.
    changeForm: (caseId, version, changes, options) =>
      ask<Form>(
        { route: "PATCH /cases/{case_id}/form", parameters: parameters(caseId), body: { ...changes, version } },
        options,
      ),
    formHistory: (caseId, query = {}, options) =>
      ask<FormHistory>({ route: "GET /cases/{case_id}/form/history", parameters: parameters(caseId), query }, options),
  };
}
