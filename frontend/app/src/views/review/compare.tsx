// Sources that differ, one above the other: each with its page, and a button that takes its value.

import type { CaseDocument, Quote } from "@casework/client";
import type { CallMessage } from "../../data/queries.js";
import type { ReviewField } from "../../data/review.js";
import { useTexts } from "../../language.js";
import { Quoted } from "../../parts/quoted.js";
import type { UsedSource } from "./page-pane.js";
import { DocumentTitle, nameOf, SourceView } from "./source-view.js";
import { REVIEW } from "./texts.js";

const MOST_COMPARED = 2;

interface CompareProps {
  field: ReviewField;
  source: UsedSource;
  caseId: string;
  documents: CaseDocument[];
  messages: CallMessage[];
  zoom: number;
}

export function Compare({ field, source, ...shared }: CompareProps) {
  const texts = useTexts(REVIEW);
  const compared = comparedOf(field, source.sources);
  return (
    <div className="compare">
      {compared.map((quote, index) => {
        const place = { documentId: quote.document_id, page: quote.page };
        return (
          <section key={nameOf(quote)} aria-label={texts.evidence(index + 1, compared.length)}>
            <h3>
              <span className="badge number">{index + 1}</span>{" "}
              <DocumentTitle documents={shared.documents} place={place} />
            </h3>
            <p className="quote-line">
              <Quoted quote={quote.quote} />
            </p>
            <SourceView place={place} quote={quote} {...shared} />
          </section>
        );
      })}
    </div>
  );
}

/** What the issue sets against each other, else the first sources. */
function comparedOf(field: ReviewField, sources: Quote[]): Quote[] {
  const { quotes = [] } = field.issues.find(({ code }) => code === "sources_differ") ?? {};
  const named = quotes.map((quote) => sources.find((one) => nameOf(one) === nameOf(quote)) ?? quote);
  return (named.length > 1 ? named : sources).slice(0, MOST_COMPARED);
}
