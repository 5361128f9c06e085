// What can go wrong when a file is sent to storage?

import { CaseworkError } from "./errors.js";

/** `documentId`: the document that was to hold the file, when it could not be deleted again; else null. */
export class UploadError extends CaseworkError {
  override name = "UploadError";
  readonly documentId: string | null;
  /** The HTTP status of storage, and its own word for the reason, e.g. `EntityTooLarge`; null without an answer. */
  readonly status: number | null;
  readonly reason: string | null;

  constructor(
    message: string,
    {
      cause,
      documentId = null,
      status = null,
      reason = null,
    }: { cause?: unknown; documentId?: string | null; status?: number | null; reason?: string | null } = {},
  ) {
    super(message, { cause });
    this.documentId = documentId;
    this.status = status;
    this.reason = reason;
  }
}
