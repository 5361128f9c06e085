// What can be done with cases? Create, read, list, delete, and store the call that an analysis reads.

import type { Case, CaseList, NewCase } from "./api.js";
import { patiently } from "./backoff.js";
import { isTransient, isTurnedAway } from "./errors.js";
import type { Call, Send } from "./http.js";
import type { Ports } from "./ports.js";

export interface CaseListQuery {
  limit?: number;
  cursor?: string;
  scope?: "all" | "mine";
}

export interface Cases {
  create(newCase: NewCase): Promise<Case>;
  get(caseId: string): Promise<Case>;
  list(query?: CaseListQuery): Promise<CaseList>;
  delete(caseId: string): Promise<void>;
  /** Store a Vapi call object, or an end-of-call report. */
  putCall(caseId: string, call: object): Promise<Case>;
}

/** The cases' part of the client. */
export function casesOf({ send, ports }: { send: Send; ports: Ports }): Cases {
  async function asked<T>(call: Call, mayRepeat: (error: unknown) => boolean): Promise<T> {
    return (await patiently(() => send<T>(call), { mayRepeat, ports })).body;
  }
  const parameters = (caseId: string) => ({ case_id: caseId });
  return {
    // No key makes this one case when it is sent twice: what may have been created is not sent again.
    create: (body) => asked<Case>({ route: "POST /cases", body }, isTurnedAway),
    get: (caseId) => asked<Case>({ route: "GET /cases/{case_id}", parameters: parameters(caseId) }, isTransient),
    list: (query = {}) => asked<CaseList>({ route: "GET /cases", query }, isTransient),
    async delete(caseId) {
      await send<null>({ route: "DELETE /cases/{case_id}", parameters: parameters(caseId) });
    },
    putCall: (caseId, body) =>
      asked<Case>({ route: "PUT /cases/{case_id}/call", parameters: parameters(caseId), body }, isTransient),
  };
}
