// How do the bytes of a file get to storage? In a form, watched for progress and for silence.

import { onAbort, throwIfAborted } from "./signals.js";

export interface Progress {
  /** Bytes. */
  sent: number;
  total: number;
}

/** A form to post: its fields, and the file last. */
export interface Outgoing {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  fields: Readonly<Record<string, string>>;
  file: Blob;
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What storage answered. */
export interface Stored {
  status: number;
  text: string;
}

/** An upload of which no byte moved for so long is given up. */
export const SILENCE_MS = 30_000;
/** fetch does not say how far it is: it gets the time of the slowest line that is worth waiting for. */
const SLOWEST_BYTES_PER_MS = 16;

/** The upload of this surrounding: XMLHttpRequest where there is one, since fetch has no progress. Rejects without answer. */
export function standardUpload(outgoing: Outgoing): Promise<Stored> {
  return typeof XMLHttpRequest === "undefined" ? fetched(outgoing) : watched(outgoing);
}

function formOf({ fields, file }: Outgoing): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  return form;
}

async function fetched(outgoing: Outgoing): Promise<Stored> {
  const over = new AbortController();
  const stop = () => over.abort();
  const timer = setTimeout(stop, SILENCE_MS + outgoing.file.size / SLOWEST_BYTES_PER_MS);
  const release = onAbort(outgoing.signal, stop);
  try {
    const { method, url, headers } = outgoing;
    const response = await fetch(url, { method, headers, body: formOf(outgoing), signal: over.signal });
    return { status: response.status, text: await response.text() };
  } finally {
    clearTimeout(timer);
    release();
  }
}

function watched(outgoing: Outgoing): Promise<Stored> {
  const { method, url, headers, onProgress, signal, file } = outgoing;
  throwIfAborted(signal);
  const request = new XMLHttpRequest();
  const stop = () => request.abort();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, SILENCE_MS);
  };
  const sending = new Promise<Stored>((resolve, reject) => {
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = request.onabort = () => reject(new TypeError("The upload was interrupted."));
    request.upload.onprogress = ({ loaded, total }) => {
      moved();
      // The form is a little larger than its file.
      onProgress?.({ sent: Math.round(file.size * Math.min(1, loaded / total)), total: file.size });
    };
  });
  request.open(method, url);
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  signal?.addEventListener("abort", stop);
  moved();
  request.send(formOf(outgoing));
  return sending.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  });
}
