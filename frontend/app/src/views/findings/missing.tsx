import type { CaseDocument, RequestedDocument } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { useEffect, useRef, useState } from "react";
import { useRefresh } from "../../data/queries.js";
import { useFiles } from "../../data/use-files.js";
import { useMessages, useTexts } from "../../language.js";
import { FileName } from "../../parts/file-name.js";
import { Mixed, shown } from "../../parts/mixed.js";
import { FINDINGS, type FindingsTexts } from "./texts.js";

const RIGHT_TO_LEFT_MARK = "\u200f";

interface MissingProps {
  caseId: string;
  requested: RequestedDocument[];
  gaps: string[];
  documents: CaseDocument[];
}

/** The documents that the claimant should still bring, as a list to send. */
export function Missing({ caseId, requested, gaps, documents }: MissingProps) {
  const texts = useTexts(FINDINGS);
  const messages = useMessages();
  const { uploads, add } = useFiles(caseId);
  const refresh = useRefresh(caseId);
  const arrivals = uploads.filter(({ document }) => document !== null).length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again with each file that arrives
  useEffect(() => {
    if (arrivals > 0) refresh();
  }, [arrivals]);
  const [before] = useState(() => new Set(uploads.map(({ id }) => id))); // added elsewhere
  const last = uploads.filter(({ id }) => !before.has(id)).at(-1);
  const missing = requested
    .filter(({ uploaded }) => !uploaded)
    .toSorted((one, other) => Number(other.required) - Number(one.required));
  const arrived = requested.filter(({ uploaded }) => uploaded);
  return (
    <div className="stack-wide">
      <section className="card" aria-labelledby="missing">
        <div className="card-head">
          <h2 id="missing">{texts.tabs.missing}</h2>
          {missing.length > 0 && <Copy text={listFor(missing, texts)} />}
        </div>
        <p role="status" className="hint">
          {last && `${shown(last.fileName)}: ${messages.uploads[last.status]}`}
          {last?.error && ` ${errorText(messages, last.error)}`}
        </p>
        {missing.length === 0 && <p className="hint">{texts.nothing.missing}</p>}
        <ul className="requested">
          {missing.map(({ name, reason, source, required }) => (
            <li key={name}>
              <Mixed text={name} className="file-name" />
              <span className={`badge ${required ? "warn" : ""}`}>{required ? texts.required : texts.optional}</span>
              <AddFile name={name} onFile={(file) => add([file], { requested_name: name })} />
              {reason && <Mixed as="p" text={reason} className="hint" />}
              {source && (
                <p className="hint">
                  {texts.from} <Mixed text={source} />
                </p>
              )}
            </li>
          ))}
        </ul>
      </section>
      {arrived.length > 0 && (
        <section className="card">
          <h2>{texts.arrived}</h2>
          <ul className="requested">
            {arrived.map(({ name, document_id }) => {
              const document = documents.find(({ id }) => id === document_id);
              return (
                <li key={name}>
                  <Mixed text={name} /> {document && <FileName name={document.file_name} />}
                </li>
              );
            })}
          </ul>
        </section>
      )}
      {gaps.length > 0 && (
        <section className="card">
          <h2>{texts.gaps}</h2>
          <ul className="bullets">
            {gaps.map((gap) => (
              <Mixed as="li" key={gap} text={gap} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** A file that is added here is the requested document, and marks it as arrived. */
function AddFile({ name, onFile }: { name: string; onFile: (file: File) => void }) {
  const texts = useTexts(FINDINGS);
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="small plain"
        aria-label={`${texts.addFile}: ${shown(name)}`}
        onClick={() => input.current?.click()}
      >
        {texts.addFile}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={`${texts.addFile}: ${shown(name)}`}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) onFile(file);
          target.value = "";
        }}
      />
    </>
  );
}

/** Plain text for a message; in Hebrew each line begins with a mark, so that a Latin name does not turn it around. */
function listFor(missing: RequestedDocument[], { listHead }: FindingsTexts): string {
  const isHebrew = /\p{Script=Hebrew}/u.test(listHead);
  const mark = isHebrew ? RIGHT_TO_LEFT_MARK : "";
  const lines = missing.map(({ name, source }) => `• ${shown(name)}${source ? ` (${shown(source)})` : ""}`);
  return [listHead, ...lines].map((line) => mark + line).join("\n");
}

function Copy({ text }: { text: string }) {
  const texts = useTexts(FINDINGS);
  const [state, setState] = useState<"" | "copied" | "copyFailed">("");
  const copy = () =>
    // There is no clipboard without https.
    Promise.resolve()
      .then(() => navigator.clipboard.writeText(text))
      .then(
        () => setState("copied"),
        () => setState("copyFailed"),
      );
  return (
    <>
      <span className="actions">
        <span role="status" className="hint">
          {state && texts[state]}
        </span>
        <button type="button" className="primary small" onClick={copy}>
          {texts.copy}
        </button>
      </span>
      {state === "copyFailed" && (
        <textarea
          readOnly
          aria-label={texts.tabs.missing}
          value={text}
          rows={4}
          onFocus={({ target }) => target.select()}
        />
      )}
    </>
  );
}
