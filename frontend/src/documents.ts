// How do documents get into a case? As text, as bytes in the request, or, above 256 KB, straight to storage.

import type { AddedDocument, CaseDocument, DocumentList, NewDocument, Upload } from "./api.js";
import { patiently } from "./backoff.js";
import type { CreateOptions } from "./cases.js";
import { asOurs, isTransient } from "./errors.js";
import { type Api, type CallOptions, keyed } from "./http.js";
import { safely } from "./ports.js";
import type { Pin } from "./session.js";
import { throwIfAborted } from "./signals.js";
import { type Progress, standardUpload } from "./upload.js";
import { UploadError } from "./upload-error.js";

export { createUploads } from "./uploads.js"; // who queues files needs this part, too

/** Above this many bytes a file goes straight to storage, which is quicker, can say how far it is and be interrupted. */
export const LARGEST_INLINE_BYTES = 256 * 1024;

/** What the API takes; what a browser calls otherwise (an RTF is application/rtf), it finds by the content or the name. */
const TAKEN =
  /^(application\/(pdf|vnd\.openxmlformats-officedocument\.wordprocessingml\.document)|text\/(plain|html|rtf)|message\/rfc822|image\/(png|jpeg|hei[cf]|webp|tiff))$/;

const BYTES_AT_A_TIME = 0x8000;

/** What is known of a document beside its content. */
export type DocumentFacts = Omit<NewDocument, "text" | "content_base64" | "size" | "content_type" | "file_name">;

/** A file: a `File` names itself and its type; for a `Blob` say the name. The API finds a missing type by the content. */
export interface UploadOptions extends DocumentFacts, CreateOptions {
  file_name?: string;
  content_type?: string;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Where a document can be downloaded from, for a quarter of an hour. */
export interface DocumentContent {
  url: string;
  expires_at: string;
}

/** What the machine read of a page, and a picture of it; width and height in points. A text has no picture: 0 and null. */
export interface DocumentPage {
  number: number;
  pages: number;
  text: string;
  text_source: "text_layer" | "form_fields" | "none";
  width: number;
  height: number;
  image_url: string | null;
  image_url_expires_at: string | null;
}

export interface Documents {
  /** Add a text. */
  addText(
    caseId: string,
    document: DocumentFacts & { file_name: string; text: string },
    options?: CreateOptions,
  ): Promise<CaseDocument>;
  /** Add a file of any size and kind that the API takes. A failed or aborted upload leaves no document behind. */
  upload(caseId: string, file: Blob, options?: UploadOptions): Promise<CaseDocument>;
  list(caseId: string, options?: CallOptions): Promise<CaseDocument[]>;
  delete(caseId: string, documentId: string, options?: CallOptions): Promise<void>;
  /** The file as it was uploaded. */
  content(caseId: string, documentId: string, options?: CallOptions): Promise<DocumentContent>;
  /** One page; the first is 1. */
  page(caseId: string, documentId: string, number: number, options?: CallOptions): Promise<DocumentPage>;
}

/** The documents' part of the client. */
export function documentsOf(api: Api): Documents {
  const { ask, erase, ports } = api;
  const idsOf = (caseId: string, documentId: string) => ({ case_id: caseId, document_id: documentId });

  function add(caseId: string, body: NewDocument, { key, pin, ...options }: CreateOptions & { pin?: Pin }) {
    const headers = keyed(key ?? ports.newKey());
    const call = { route: "POST /cases/{case_id}/documents" as const, parameters: { case_id: caseId }, body, headers };
    const is = (answer: object) => typeof (answer as Partial<AddedDocument>).document === "object";
    return ask<AddedDocument>({ ...call, is, ...(pin ? { pin } : {}) }, options);
  }

  async function list(caseId: string, options?: CallOptions, pin?: Pin) {
    const call = { route: "GET /cases/{case_id}/documents" as const, parameters: { case_id: caseId } };
    const is = (answer: object) => Array.isArray((answer as Partial<DocumentList>).documents);
    return (await ask<DocumentList>({ ...call, is, ...(pin ? { pin } : {}) }, options)).documents;
  }

  /** The bytes go to storage; when they do not arrive, the document that waits for them goes again. */
  async function sendToStorage(file: Blob, added: AddedDocument, options: UploadOptions & { pin: Pin }) {
    const { document, upload } = added;
    const { signal, onProgress, pin } = options;
    try {
      if (upload === undefined) throw new UploadError("The API gave no address to upload to.");
      const patience = { mayRepeat: isTransient, ports, attempts: api.attempts(options.retry), signal };
      await patiently(() => stored(api, upload, { file, onProgress, signal }), patience);
    } catch (cause) {
      const parameters = idsOf(document.case_id, document.id);
      const call = { route: "DELETE /cases/{case_id}/documents/{document_id}" as const, parameters, pin };
      const erasing = erase(call, { retry: 2 }).then(
        () => null,
        () => document.id,
      );
      throwIfAborted(signal);
      const left = await erasing;
      if (!(cause instanceof UploadError)) throw asOurs(cause);
      throw new UploadError(cause.message, {
        ...{ cause: cause.cause, documentId: left, status: cause.status, reason: cause.reason },
      });
    }
    const listed = await list(document.case_id, { signal, retry: options.retry }, pin).catch(() => []);
    return listed.find(({ id }) => id === document.id) ?? document;
  }

  return {
    async addText(caseId, document, options = {}) {
      return (await add(caseId, { content_type: "text/plain", ...document }, options)).document;
    },
    async upload(caseId, file, options: UploadOptions & { pin?: Pin } = {}) {
      const { signal, retry, key, onProgress, file_name, content_type, pin = { person: null }, ...facts } = options;
      throwIfAborted(signal);
      const [own = ""] = file.type.split(";", 1);
      const [type = ""] = content_type ? content_type.split(";", 1) : TAKEN.test(own) ? [own] : [];
      const body = {
        ...{ file_name: file_name || nameOf(file), ...facts },
        ...(type ? { content_type: type as NonNullable<NewDocument["content_type"]> } : {}),
      };
      const adding = { signal, retry, key, pin };
      if (file.size > LARGEST_INLINE_BYTES) {
        const added = await add(caseId, { ...body, size: file.size }, adding);
        return sendToStorage(file, added, { ...options, pin });
      }
      const { document } = await add(caseId, { ...body, content_base64: await base64Of(file) }, adding);
      safely(ports, () => onProgress?.({ sent: file.size, total: file.size }));
      return document;
    },
    list: (caseId, options) => list(caseId, options),
    delete: (caseId, documentId, options) =>
      erase(
        { route: "DELETE /cases/{case_id}/documents/{document_id}", parameters: idsOf(caseId, documentId) },
        options,
      ),
    content: (caseId, documentId, options) =>
      ask<DocumentContent>(
        { route: "GET /cases/{case_id}/documents/{document_id}/content", parameters: idsOf(caseId, documentId) },
        options,
      ),
    page: (caseId, documentId, number, options) =>
      ask<DocumentPage>(
        {
          route: "GET /cases/{case_id}/documents/{document_id}/pages/{n}",
          parameters: { ...idsOf(caseId, documentId), n: String(number) },
        },
        options,
      ),
  };
}

interface Sent {
  file: Blob;
  onProgress: UploadOptions["onProgress"];
  signal: AbortSignal | undefined;
}

/** Send the bytes where the API said: a form of its fields, the file last. Throws UploadError. */
async function stored(
  api: Api,
  { method, url, headers, fields }: Upload,
  { file, onProgress, signal }: Sent,
): Promise<void> {
  const { upload = standardUpload } = api.ports;
  const outgoing = {
    ...{ method, url, headers, fields, file, signal },
    onProgress: (progress: Progress) => safely(api.ports, () => onProgress?.(progress)),
  };
  const answer = await upload(outgoing).catch((cause: unknown) => {
    throwIfAborted(signal);
    throw new UploadError("The upload was interrupted.", { cause });
  });
  const { status, text } = answer;
  if (status >= 200 && status < 300) return;
  const [, reason = null] = /<Code>(\w+)<\/Code>/.exec(text) ?? [];
  const why = reason ? `${status} ${reason}` : status;
  throw new UploadError(`Storage refused the upload (${why}).`, { status, reason });
}

function nameOf(file: Blob): string {
  return "name" in file && typeof file.name === "string" ? file.name : "";
}

async function base64Of(file: Blob): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new UploadError("The file cannot be read. It was changed or moved after it was chosen.", { cause });
  }
  let binary = "";
  for (let start = 0; start < bytes.length; start += BYTES_AT_A_TIME) {
    binary += String.fromCharCode(...bytes.subarray(start, start + BYTES_AT_A_TIME));
  }
  return btoa(binary);
}
