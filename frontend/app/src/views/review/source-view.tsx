// One source of a value: a page as a picture, a text, or the call; with what is to be known about its words.

import type { CaseDocument, DocumentPage, Quote } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { useEffect, useRef } from "react";
import { type CallMessage, usePage } from "../../data/queries.js";
import { findQuote, type Span, spokenBy } from "../../data/quotes.js";
import { useMessages, useTexts } from "../../language.js";
import { FileName } from "../../parts/file-name.js";
import { Loading } from "../../parts/loading.js";
import { MarkedText } from "../../parts/marked-text.js";
import { directionOf, shown } from "../../parts/mixed.js";
import { scrollWithin } from "../../parts/scroll.js";
import { Transcript } from "../../parts/transcript.js";
import { PagePicture } from "./page-picture.js";
import { REVIEW } from "./texts.js";
import "./source.css";

export interface Place {
  /** "call" for the transcript. */
  documentId: string;
  page: number;
}

interface SourceProps {
  caseId: string;
  place: Place;
  /** The words to be marked; null: only the page. */
  quote: Quote | null;
  documents: CaseDocument[];
  messages: CallMessage[];
  zoom: number;
}

export function SourceView(props: SourceProps) {
  return props.place.documentId === "call" ? <CallSource {...props} /> : <DocumentSource {...props} />;
}

function CallSource({ quote, messages }: SourceProps) {
  const texts = useTexts(REVIEW);
  const mark = quote ? markInCall(quote, messages) : null;
  return (
    <div className="source-body" data-drawn={quote ? nameOf(quote) : "call"}>
      {quote && !mark && <p className="notice warn">{texts.notFound}</p>}
      <Transcript messages={messages} marks={mark ? [mark] : []} />
    </div>
  );
}

function markInCall(quote: Quote, messages: CallMessage[]) {
  const { speaker } = spokenBy(quote.quote);
  const named = messages.filter(({ index }) => quote.message_index === index);
  const likely = messages.filter(({ role }) => speaker === null || role === speaker);
  for (const { index, message } of [...named, ...likely, ...messages]) {
    const span = findQuote(message, quote.quote);
    if (span) return { index, span };
  }
  return null;
}

function DocumentSource({ caseId, place, quote, documents, zoom }: SourceProps) {
  const texts = useTexts(REVIEW);
  const messages = useMessages();
  const { data: page, error, isPlaceholderData } = usePage(caseId, place.documentId, place.page);
  if (error && (!page || isPlaceholderData)) {
    return (
      <p className="notice bad" role="alert">
        {texts.unreadable} {errorText(messages, error)}
      </p>
    );
  }
  if (!page) return <Loading />;
  const isHere = quote !== null && quote.page === place.page && quote.document_id === place.documentId;
  const document = documents.find(({ id }) => id === place.documentId);
  return (
    <LoadedPage
      page={page}
      quote={isHere ? quote : null}
      alt={`${shown(document?.file_name ?? "")}, ${texts.page(page.number, page.pages)}`}
      name={isPlaceholderData ? "" : isHere ? nameOf(quote) : `${place.documentId} ${place.page}`}
      zoom={zoom}
    />
  );
}

interface LoadedPageProps {
  page: DocumentPage;
  quote: Quote | null;
  alt: string;
  /** "" while the page before is still shown. */
  name: string;
  zoom: number;
}

function LoadedPage({ page, quote, alt, name, zoom }: LoadedPageProps) {
  const texts = useTexts(REVIEW);
  const isImage = quote !== null && (quote.match === "image" || page.text_source === "none");
  const { image_url } = page;
  const span = quote ? findQuote(page.text, quote.quote) : null;
  if (image_url === null) {
    return (
      <div className="source-body">
        {quote && name && <Doubt quote={quote} isImage={isImage} isFound={span !== null} />}
        <TextPage {...{ text: page.text, span, name, zoom, label: alt }} />
      </div>
    );
  }
  const boxes = quote?.boxes ?? [];
  return (
    <div className="source-body">
      {quote && name && <Doubt quote={quote} isImage={isImage} isFound={boxes.length > 0 || span !== null} />}
      <PagePicture page={{ ...page, image_url }} {...{ alt, zoom, name, boxes }} isWhole={isImage} />
      {page.text && (
        <details className="page-text">
          <summary>{texts.pageText}</summary>
          <p {...directionOf(page.text)}>
            <MarkedText text={page.text} span={span} />
          </p>
        </details>
      )}
    </div>
  );
}

/** What code could not check about the words. */
function Doubt({ quote, isImage, isFound }: { quote: Quote; isImage: boolean; isFound: boolean }) {
  const texts = useTexts(REVIEW);
  if (isImage) return <p className="notice warn">{texts.pageOnly}</p>;
  if (quote.match === "near") return <p className="notice warn">{texts.near}</p>;
  return isFound ? null : <p className="notice warn">{texts.notFound}</p>;
}

interface TextPageProps {
  text: string;
  span: Span | null;
  name: string;
  zoom: number;
  label: string;
}

/** A text has no page to show: its words, with the quoted ones marked and scrolled to. */
function TextPage({ text, span, name, zoom, label }: TextPageProps) {
  const pane = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever other words are marked
  useEffect(() => {
    scrollWithin(pane.current, pane.current?.querySelector("mark"));
  }, [name, span?.start]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard
    <section className="page-scroll" ref={pane} tabIndex={0} aria-label={label}>
      <div className="page-sheet text-sheet" data-drawn={name} style={{ fontSize: `${zoom}%` }} {...directionOf(text)}>
        <MarkedText text={text} span={span} />
      </div>
    </section>
  );
}

/** What tells one quote from another. */
export function nameOf({ document_id, page, quote }: Quote): string {
  return `${document_id} ${page} ${quote}`;
}

export function DocumentTitle({ documents, place }: { documents: CaseDocument[]; place: Place }) {
  const texts = useTexts(REVIEW);
  const document = documents.find(({ id }) => id === place.documentId);
  if (place.documentId === "call") return <>{texts.call}</>;
  return (
    <>
      <FileName name={document?.file_name ?? ""} />, {texts.pageShort} {place.page}
    </>
  );
}
