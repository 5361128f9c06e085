import type { AgentAnalysis, Case, Quote } from "@casework/client";
import { strengthText } from "@casework/client/messages";
import { useState } from "react";
import { messagesOf } from "../../data/queries.js";
import { useMessages, useTexts } from "../../language.js";
import { Mixed } from "../../parts/mixed.js";
import { Quoted } from "../../parts/quoted.js";
import { DocumentTitle, SourceView } from "../review/source-view.js";
import { FINDINGS } from "./texts.js";

type Finding = AgentAnalysis["findings"][number];

/** What the agent found, each with its quote; the one in focus with its page. Quotes that were not found come last. */
export function Findings({ theCase, agent }: { theCase: Case; agent: AgentAnalysis }) {
  const texts = useTexts(FINDINGS);
  const [at, setAt] = useState(0);
  const sure = agent.findings.filter(isFound);
  const unsure = agent.findings.filter((one) => !isFound(one));
  const ordered = [...sure, ...unsure];
  const shown = ordered[at] ?? ordered[0];
  const row = (finding: Finding, index: number) => (
    <li key={`${index} ${finding.text}`}>
      <button
        type="button"
        className="finding"
        aria-pressed={finding === shown}
        onFocus={() => setAt(index)}
        onClick={() => setAt(index)}
      >
        <Mixed text={finding.text} className="finding-text" />
        <span className="hint">
          <DocumentTitle
            documents={theCase.documents}
            place={{ documentId: finding.document_id, page: finding.page }}
          />
        </span>
        <Mark finding={finding} />
      </button>
    </li>
  );
  return (
    <div className="material findings">
      <div>
        <p className="card strength">
          <strong>{texts.strength}:</strong> <Strength text={agent.form_7801.claim_strength} />
        </p>
        <ul className="finding-list card">{sure.map(row)}</ul>
        {unsure.length > 0 && (
          <>
            <h2>{texts.notVerified}</h2>
            <ul className="finding-list card">{unsure.map((one, index) => row(one, sure.length + index))}</ul>
          </>
        )}
      </div>
      {shown && (
        <section className="card finding-source" aria-label={texts.source}>
          <blockquote className="quote-line">
            <Quoted quote={shown.quote} />
          </blockquote>
          <SourceView
            caseId={theCase.id}
            place={{ documentId: shown.document_id, page: shown.page }}
            quote={shown as Quote}
            documents={theCase.documents}
            messages={messagesOf(theCase)}
            zoom={100}
          />
        </section>
      )}
    </div>
  );
}

function Strength({ text }: { text: string }) {
  const { level, why } = strengthText(useMessages(), text);
  return (
    <>
      {level && <span className="badge info">{level.text}</span>} {why && <Mixed text={why} />}
    </>
  );
}

function isFound({ match }: Finding): boolean {
  return match === undefined || match === "exact" || match === "words" || match === "near";
}

function Mark({ finding: { match = "exact" } }: { finding: Finding }) {
  const texts = useTexts(FINDINGS);
  const tone = match === "exact" || match === "words" ? "ok" : match === "none" ? "bad" : "warn";
  return <span className={`badge ${tone}`}>{texts.marks[match]}</span>;
}
