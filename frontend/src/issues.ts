// What should a lawyer look at in a result, and which words of a source does it rest on?

/**
 * A place that a lawyer should look at, the heaviest first. `field` is a path into the form, `documents/<id>` or `call`;
 * `message` is English, `issueText` of @casework/client/messages says it in other languages.
 */
export interface Issue {
  field: string;
  code: IssueCode | (string & {});
  message: string;
  quotes?: Quote[];
  weight?: "blocking" | "check" | "info";
  params?: Record<string, unknown>;
}

/** The codes of issues that are known; a newer API may have others. */
export type IssueCode =
  | "prompt_injection_suspected"
  | "document_unreadable"
  | "document_truncated"
  | "document_missing"
  | "document_awaiting_upload"
  | "evidence_missing"
  | "evidence_not_found"
  | "evidence_not_verifiable"
  | "evidence_mismatch"
  | "evidence_in_image"
  | "sources_differ"
  | "condition_denied"
  | "condition_unclear"
  | "waiver_not_evidenced"
  | "other_id_number"
  | "claim_rate_out_of_range"
  | "computed_differently"
  | "length_not_computable"
  | "id_number_invalid"
  | "phone_invalid"
  | "postal_code_invalid"
  | "email_invalid"
  | "bank_number_invalid"
  | "iban_invalid"
  | "date_invalid"
  | "number_invalid"
  | "date_in_future"
  | "date_before_birth"
  | "dates_out_of_order"
  | "claimant_not_adult"
  | "iban_differs"
  | "out_of_range"
  | "risk_level_missing"
  | "noted_in_call"
  | "analysis_incomplete"
  | "claimant_past_retirement"
  | "condition_suspected"
  | "date_incomplete"
  | "employment_end_missing"
  | "employment_end_unclear"
  | "evidence_near"
  | "finding_not_in_quote"
  | "evidence_sign_unclear";

/** Words of a source, verbatim. `document_id` is "call" for the transcript; pages count from 1. */
export interface Quote extends Located {
  document_id: string;
  page: number;
  quote: string;
}

/**
 * Where the words are. `match`: how they were found again. `boxes`: left, top, right, bottom of each line, 0 to 1 of the
 * shown page; none without a text layer. Words of the call have the message and the characters of it instead.
 */
export interface Located {
  match?: "exact" | "words" | "near" | "image" | "none";
  boxes?: [number, number, number, number][];
  message_index?: number;
  start?: number;
  end?: number;
}
