// The source side: the page that the field in focus rests on, its other sources, and a way through all documents.

import type { Case, Quote } from "@casework/client";
import { type RefObject, useEffect, useState } from "react";
import { messagesOf, usePage } from "../../data/queries.js";
import { type ReviewField, sourcesOf } from "../../data/review.js";
import { useTexts } from "../../language.js";
import { fileNameText } from "../../parts/file-name.js";
import { shown } from "../../parts/mixed.js";
import { Quoted } from "../../parts/quoted.js";
import { Compare } from "./compare.js";
import { nameOf, type Place, SourceView } from "./source-view.js";
import { REVIEW } from "./texts.js";

const ZOOM_STEP = 25;
const ZOOM = { least: 50, most: 300, fit: 100 };

/** What the source side shows, and how keys and buttons change it. */
export interface UsedSource {
  sources: Quote[];
  at: number;
  quote: Quote | null;
  place: Place | null;
  zoom: number;
  isComparing: boolean;
  go(step: number): void;
  turnTo(place: Place): void;
  setZoom(zoom: number): void;
  setComparing(isComparing: boolean): void;
}

export function useSource(theCase: Case | undefined, field: ReviewField | null): UsedSource {
  const [zoom, setZoom] = useState(ZOOM.fit);
  const [chosen, setChosen] = useState<{ path: string; at: number; place: Place | null; isComparing: boolean | null }>({
    ...{ path: "", at: 0, place: null, isComparing: null },
  });
  const path = field?.path ?? "";
  const own = chosen.path === path ? chosen : { path, at: 0, place: null, isComparing: null };
  const sources = field ? sourcesOf(field) : [];
  const at = Math.min(own.at, Math.max(0, sources.length - 1));
  const quote = sources[at] ?? null;
  const first = theCase?.documents.find(({ status }) => status === "ready");
  const start = first ? { documentId: first.id, page: 1 } : null;
  const quoted = quote ? { documentId: quote.document_id, page: quote.page } : start;
  const differs = field?.issues.some(({ code }) => code === "sources_differ") ?? false;
  return {
    ...{ sources, at, quote, zoom },
    place: own.place ?? quoted,
    isComparing: sources.length > 1 && (own.isComparing ?? differs),
    go: (step) =>
      sources.length && setChosen({ ...own, at: (at + step + sources.length) % sources.length, place: null }),
    turnTo: (place) => setChosen({ ...own, place, isComparing: false }),
    setZoom: (wanted) => setZoom(Math.min(ZOOM.most, Math.max(ZOOM.least, wanted))),
    setComparing: (isComparing) => setChosen({ ...own, isComparing, place: null }),
  };
}

interface PagePaneProps {
  theCase: Case;
  field: ReviewField | null;
  source: UsedSource;
  paneRef: RefObject<HTMLElement | null>;
}

export function PagePane({ theCase, field, source, paneRef }: PagePaneProps) {
  const texts = useTexts(REVIEW);
  const { place, quote, zoom, isComparing } = source;
  const [isFolded, setFolded] = useState(false);
  const messages = messagesOf(theCase);
  const shared = { caseId: theCase.id, documents: theCase.documents, messages, zoom };
  return (
    <section
      className="pane page-pane"
      aria-label={texts.source}
      ref={paneRef}
      tabIndex={-1}
      data-folded={isFolded}
      data-comparing={isComparing}
    >
      <button
        type="button"
        className="sheet-handle small plain"
        aria-expanded={!isFolded}
        onClick={() => setFolded(!isFolded)}
      >
        {isFolded ? texts.showSource : texts.hideSource}
      </button>
      <PageBar theCase={theCase} source={source} />
      {field && source.sources.length === 0 && (
        <p className="notice">
          {texts.noSource} {texts.noSourceHint}
        </p>
      )}
      {isComparing && field ? (
        <Compare field={field} source={source} {...shared} />
      ) : (
        place && (
          <>
            <SourceView place={place} quote={quote} {...shared} />
            {quote && <QuoteLine quote={quote} />}
          </>
        )
      )}
      <Said theCase={theCase} source={source} />
    </section>
  );
}

function QuoteLine({ quote }: { quote: Quote }) {
  const texts = useTexts(REVIEW);
  return (
    <p className="quote-line">
      <span className="hint">{texts.quote}:</span> <Quoted quote={quote.quote} />
    </p>
  );
}

function PageBar({ theCase, source }: { theCase: Case; source: UsedSource }) {
  const texts = useTexts(REVIEW);
  const { sources, at, isComparing } = source;
  return (
    <div className="page-bar">
      <DocumentChoice theCase={theCase} source={source} />
      <Pager theCase={theCase} source={source} />
      <Zoom source={source} />
      {sources.length > 1 && (
        <span className="actions">
          {!isComparing && (
            <>
              <button type="button" className="small" aria-label={texts.previousEvidence} onClick={() => source.go(-1)}>
                ‹
              </button>
              <span className="hint number">{texts.evidence(at + 1, sources.length)}</span>
              <button type="button" className="small" aria-label={texts.nextEvidence} onClick={() => source.go(1)}>
                ›
              </button>
            </>
          )}
          <button
            type="button"
            className="small"
            aria-pressed={isComparing}
            onClick={() => source.setComparing(!isComparing)}
          >
            {texts.compare}
          </button>
        </span>
      )}
    </div>
  );
}

function DocumentChoice({ theCase, source }: { theCase: Case; source: UsedSource }) {
  const texts = useTexts(REVIEW);
  return (
    <select
      aria-label={texts.document}
      value={source.place?.documentId ?? ""}
      onChange={(event) => source.turnTo({ documentId: event.target.value, page: 1 })}
    >
      {theCase.documents.map(({ id, file_name, status }) => (
        <option key={id} value={id} disabled={status !== "ready"}>
          {fileNameText(file_name)}
        </option>
      ))}
      {theCase.call_details && <option value="call">{texts.call}</option>}
    </select>
  );
}

function Pager({ theCase, source }: { theCase: Case; source: UsedSource }) {
  const texts = useTexts(REVIEW);
  const { place } = source;
  const isDocument = place !== null && place.documentId !== "call";
  const { data } = usePage(theCase.id, isDocument ? place.documentId : null, place?.page ?? 1);
  if (!isDocument || !data || data.pages < 2) return null;
  const turn = (step: number) => {
    const page = place.page + step;
    if (page >= 1 && page <= data.pages) source.turnTo({ ...place, page });
  };
  return (
    <span className="actions">
      <button
        type="button"
        className="small"
        data-key="previous-page"
        aria-label={texts.previousPage}
        aria-disabled={place.page <= 1}
        onClick={() => turn(-1)}
      >
        ‹
      </button>
      <span className="hint number">{texts.page(place.page, data.pages)}</span>
      <button
        type="button"
        className="small"
        data-key="next-page"
        aria-label={texts.nextPage}
        aria-disabled={place.page >= data.pages}
        onClick={() => turn(1)}
      >
        ›
      </button>
    </span>
  );
}

function Zoom({ source: { zoom, setZoom } }: { source: UsedSource }) {
  const texts = useTexts(REVIEW);
  return (
    <span className="actions zoom">
      <button
        type="button"
        className="small"
        data-key="zoom-out"
        aria-label={texts.zoomOut}
        onClick={() => setZoom(zoom - ZOOM_STEP)}
      >
        −
      </button>
      <button
        type="button"
        className="small plain number"
        data-key="zoom-fit"
        aria-label={`${zoom}% – ${texts.fit}`}
        onClick={() => setZoom(ZOOM.fit)}
      >
        {zoom}%
      </button>
      <button
        type="button"
        className="small"
        data-key="zoom-in"
        aria-label={texts.zoomIn}
        onClick={() => setZoom(zoom + ZOOM_STEP)}
      >
        +
      </button>
    </span>
  );
}

const REST_MS = 300;

/** For those who do not see the page: which one is shown and what it says, once the focus rests. */
function Said({ theCase, source: { quote } }: { theCase: Case; source: UsedSource }) {
  const texts = useTexts(REVIEW);
  const [said, setSaid] = useState("");
  const name = quote ? nameOf(quote) : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once for each quote
  useEffect(() => {
    const timer = setTimeout(() => {
      const document = theCase.documents.find(({ id }) => id === quote?.document_id);
      const where =
        quote?.document_id === "call" ? texts.call : `${document?.file_name}, ${texts.pageShort} ${quote?.page}`;
      setSaid(quote ? `${shown(where)}. ${texts.quote}: ${shown(quote.quote)}` : "");
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [name]);
  return (
    <p role="status" className="unseen">
      {said}
    </p>
  );
}
