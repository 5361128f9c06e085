import type { Case, CaseDocument, UploadItem } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { useClient } from "@casework/client/react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { bytesText } from "../../data/format.js";
import { useRefresh } from "../../data/queries.js";
import { useFiles, useOnTheWay } from "../../data/use-files.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { FileName } from "../../parts/file-name.js";
import { shown } from "../../parts/mixed.js";
import { useFocusKept } from "./analysis-card.js";
import { CASE } from "./texts.js";

/** What the API takes; a phone's own formats included. */
const ACCEPTED =
  ".pdf,.docx,.txt,.rtf,.html,.htm,.eml,.png,.jpg,.jpeg,.heic,.heif,.webp,.tif,.tiff,application/pdf,text/plain,image/*";

/** The documents of the case, and the files on their way. Files may be dropped anywhere on the page. */
export function Documents({ theCase }: { theCase: Case }) {
  const texts = useTexts(CASE);
  const { uploads, add, retry, remove } = useFiles(theCase.id);
  const refresh = useRefresh(theCase.id);
  const arrived = uploads.filter(({ document }) => document !== null).length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again with each file that arrives
  useEffect(() => {
    if (arrived > 0) refresh();
  }, [arrived]);
  const isOver = useDrop(add);
  const onTheWay = useOnTheWay(uploads, theCase.documents);
  return (
    <section className="card documents" aria-labelledby="documents">
      <div className="card-head">
        <h2 id="documents">{texts.documents}</h2>
        <span className="badge number">{theCase.documents.length}</span>
      </div>
      <DropZone onFiles={add} isOver={isOver} />
      {theCase.documents.length === 0 && onTheWay.length === 0 && <p className="hint">{texts.noDocuments}</p>}
      <ul className="document-list">
        {theCase.documents.map((document) => (
          <DocumentRow key={document.id} document={document} />
        ))}
        {onTheWay.map((item) => (
          <UploadRow key={item.id} item={item} onRetry={() => retry(item.id)} onRemove={() => remove(item.id)} />
        ))}
      </ul>
      <Announced uploads={uploads} />
    </section>
  );
}

function DropZone({ onFiles, isOver }: { onFiles: (files: Iterable<File>) => void; isOver: boolean }) {
  const texts = useTexts(CASE);
  const input = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null) => files && onFiles([...files]);
  return (
    <div className="drop" data-over={isOver}>
      <p>{isOver ? texts.dropHere : texts.drop}</p>
      <div className="actions">
        <button type="button" className="primary" onClick={() => input.current?.click()}>
          {texts.choose}
        </button>
        <button type="button" className="phone-only" onClick={() => camera.current?.click()}>
          {texts.photograph}
        </button>
      </div>
      <p className="hint">{texts.accepted}</p>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={ACCEPTED}
        aria-label={texts.choose}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
      <input
        ref={camera}
        type="file"
        hidden
        accept="image/*"
        capture="environment"
        aria-label={texts.photograph}
        onChange={(event) => take(event.target.files)}
      />
    </div>
  );
}

/** Whether files are held over the page; dropping them adds them. */
function useDrop(onFiles: (files: Iterable<File>) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFiles);
  useEffect(() => {
    latest.current = onFiles;
  });
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const left = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      latest.current([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", left);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", left);
      removeEventListener("drop", drop);
    };
  }, []);
  return isOver;
}

function DocumentRow({ document }: { document: CaseDocument }) {
  const texts = useTexts(CASE);
  const messages = useMessages();
  const { language } = useLanguage();
  const client = useClient();
  const refresh = useRefresh(document.case_id);
  const removing = useMutation({
    mutationFn: () => client.documents.delete(document.case_id, document.id),
    onSuccess: refresh,
  });
  const opening = useMutation({
    mutationFn: () => client.documents.content(document.case_id, document.id),
  });
  const error = removing.error ?? opening.error;
  return (
    <li className="document">
      <FileName name={document.file_name} />
      <bdi dir="ltr" className="hint number">
        {bytesText(document.size, language)}
      </bdi>
      <div className="actions">
        <button
          type="button"
          className="small plain"
          aria-label={`${texts.open}: ${shown(document.file_name)}`}
          onClick={() => opening.mutate()}
        >
          {texts.open}
        </button>
        <RemoveButton name={shown(document.file_name)} onRemove={() => removing.mutate()} />
      </div>
      {/* Not a window: browsers open none that comes later than the click. The answer is a file, nothing is drawn. */}
      {opening.data && <iframe hidden title={texts.open} sandbox="allow-downloads" src={opening.data.url} />}
      {document.status === "unreadable" && <p className="notice bad">{texts.unreadable}</p>}
      {document.status === "awaiting_upload" && <p className="notice warn">{texts.awaiting}</p>}
      {error && (
        <p role="alert" className="notice bad">
          {errorText(messages, error)}
        </p>
      )}
    </li>
  );
}

/** A document is gone for good: its removal is asked for twice. */
function RemoveButton({ name, onRemove }: { name: string; onRemove: () => void }) {
  const texts = useTexts(CASE);
  const [isAsking, setAsking] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  useFocusKept(box, String(isAsking));
  return (
    <span ref={box} className="actions">
      {isAsking ? (
        <>
          <span className="hint">{texts.removeAsk}</span>
          <button
            type="button"
            key="yes"
            className="small danger"
            aria-label={texts.removeDocument(name)}
            onClick={onRemove}
          >
            {texts.remove}
          </button>
          <button type="button" key="no" className="small" onClick={() => setAsking(false)}>
            {texts.back}
          </button>
        </>
      ) : (
        <button
          type="button"
          className="small plain"
          aria-label={texts.removeDocument(name)}
          onClick={() => setAsking(true)}
        >
          {texts.remove}
        </button>
      )}
    </span>
  );
}

interface UploadRowProps {
  item: UploadItem;
  onRetry: () => void;
  onRemove: () => void;
}

function UploadRow({ item, onRetry, onRemove }: UploadRowProps) {
  const texts = useTexts(CASE);
  const messages = useMessages();
  const { language } = useLanguage();
  const { fileName, size, sent, status, error } = item;
  return (
    <li className="document" data-status={status}>
      <FileName name={fileName} />
      <span className="hint number">
        {messages.uploads[status]} · <bdi dir="ltr">{bytesText(size, language)}</bdi>
      </span>
      <div className="actions">
        {status === "failed" && (
          <button type="button" className="small" onClick={onRetry}>
            {texts.retry}
          </button>
        )}
        <button
          type="button"
          className="small plain"
          aria-label={texts.removeDocument(shown(fileName))}
          onClick={onRemove}
        >
          {texts.remove}
        </button>
      </div>
      {(status === "sending" || status === "checking") && (
        <progress max={size} value={sent} aria-label={shown(fileName)} />
      )}
      {error && (
        <p role="alert" className="notice bad">
          {errorText(messages, error)}
        </p>
      )}
    </li>
  );
}

/** One region for all files: how each ended. */
function Announced({ uploads }: { uploads: readonly UploadItem[] }) {
  const messages = useMessages();
  const ended = uploads.filter(({ status }) => ["ready", "unreadable", "failed"].includes(status)).at(-1);
  return (
    <p role="status" className="unseen">
      {ended && `${shown(ended.fileName)}: ${messages.uploads[ended.status]}`}
    </p>
  );
}
