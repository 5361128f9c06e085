// How do documents get into a case? As text, as bytes in the request, or, when they are large, straight to storage.

import type { AddedDocument, Document, DocumentList, NewDocument, Upload } from "./api.js";
import { patiently } from "./backoff.js";
import { isTransient, isTurnedAway, NetworkError } from "./errors.js";
import type { Send } from "./http.js";
import type { Ports } from "./ports.js";

/** Above this many bytes a file goes straight to storage. */
export const LARGEST_INLINE_BYTES = 4 * 1024 * 1024;

const BYTES_AT_A_TIME = 0x8000;

/** What is known of a document beside its content. */
export type DocumentFacts = Omit<NewDocument, "text" | "content_base64" | "size" | "content_type" | "file_name">;

export type ContentType = NonNullable<NewDocument["content_type"]>;

/** A file: a `File` names itself and its type; for a `Blob` say both. */
export interface FileFacts extends DocumentFacts {
  file_name?: string;
  content_type?: ContentType;
  signal?: AbortSignal;
}

export interface Documents {
  /** Add a text. */
  addText(caseId: string, document: DocumentFacts & { file_name: string; text: string }): Promise<Document>;
  /** Add a file of any size the API takes: PDF, PNG, JPEG or plain text. */
  addFile(caseId: string, file: Blob, facts?: FileFacts): Promise<Document>;
  list(caseId: string): Promise<Document[]>;
  delete(caseId: string, documentId: string): Promise<void>;
}

/** The documents' part of the client. */
export function documentsOf({ send, ports }: { send: Send; ports: Ports }): Documents {
  // A document has no Idempotency-Key: what may have been stored is not sent again.
  async function add(caseId: string, body: NewDocument, signal?: AbortSignal): Promise<AddedDocument> {
    const call = { route: "POST /cases/{case_id}/documents" as const, parameters: { case_id: caseId }, body, signal };
    const options = { mayRepeat: isTurnedAway, ports, signal };
    return (await patiently(() => send<AddedDocument>(call), options)).body;
  }

  return {
    async addText(caseId, document) {
      return (await add(caseId, { content_type: "text/plain", ...document })).document;
    },
    async addFile(caseId, file, { signal, ...facts } = {}) {
      const described = { file_name: nameOf(file), ...typeOf(file), ...facts };
      if (file.size <= LARGEST_INLINE_BYTES) {
        return (await add(caseId, { ...described, content_base64: await base64Of(file) }, signal)).document;
      }
      const { document, upload } = await add(caseId, { ...described, size: file.size }, signal);
      if (upload)
        await patiently(() => uploaded(upload, file, { ports, signal }), { mayRepeat: isTransient, ports, signal });
      return document;
    },
    async list(caseId) {
      const call = { route: "GET /cases/{case_id}/documents" as const, parameters: { case_id: caseId } };
      const options = { mayRepeat: isTransient, ports };
      return (await patiently(() => send<DocumentList>(call), options)).body.documents;
    },
    async delete(caseId, documentId) {
      const parameters = { case_id: caseId, document_id: documentId };
      await send<null>({ route: "DELETE /cases/{case_id}/documents/{document_id}", parameters });
    },
  };
}

/** Send the bytes where the API said: a form of its fields, the file last. */
async function uploaded(
  { method, url, headers, fields }: Upload,
  file: Blob,
  { ports, signal }: { ports: Ports; signal: AbortSignal | undefined },
): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  let response: Response;
  try {
    response = await ports.fetch(url, { method, headers, body: form, ...(signal ? { signal } : {}) });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new NetworkError("The upload was interrupted.", { cause });
  }
  if (!response.ok)
    throw new NetworkError(`Storage refused the upload (${response.status}).`, { status: response.status });
}

function nameOf(file: Blob): string {
  return "name" in file && typeof file.name === "string" ? file.name : "";
}

function typeOf(file: Blob): { content_type?: ContentType } {
  const [type = ""] = file.type.split(";", 1);
  return type ? { content_type: type as ContentType } : {};
}

async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let start = 0; start < bytes.length; start += BYTES_AT_A_TIME) {
    binary += String.fromCharCode(...bytes.subarray(start, start + BYTES_AT_A_TIME));
  }
  return btoa(binary);
}
