import type { Case } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { useClient } from "@casework/client/react";
import { useEffect, useState } from "react";
import { AnalysisCard } from "./analysis-card.js";
import { Mixed } from "./mixed.js";
import { useTexts } from "./texts.js";

/** A case and its three analyses, each of which can run beside the others. */
export function CasePage({ caseId }: { caseId: string }) {
  const { messages, other, analyses, loading, documents, error } = useTexts();
  const { theCase, problem } = useCase(caseId);
  return (
    <main>
      <nav>
        <a href={`?lang=${other.lang}`} lang={other.lang} hrefLang={other.lang}>
          {other.name}
        </a>
      </nav>
      <header>
        <h1>{theCase ? <Mixed text={theCase.title} /> : loading}</h1>
        {problem && (
          <p role="alert" className="error">
            {error} {errorText(messages, problem)}
          </p>
        )}
        {theCase && (
          <ul className="documents" aria-label={documents}>
            {theCase.documents.map((document) => (
              <Mixed as="li" key={document.id} text={document.file_name.replace(/\.\w+$/, "")} />
            ))}
          </ul>
        )}
      </header>
      {analyses.map((analysis) => (
        <AnalysisCard key={analysis.jobType} caseId={caseId} documents={theCase?.documents ?? []} {...analysis} />
      ))}
    </main>
  );
}

function useCase(caseId: string) {
  const client = useClient();
  const [seen, setSeen] = useState<{ theCase: Case | null; problem: Error | null }>({ theCase: null, problem: null });
  useEffect(() => {
    const leaving = new AbortController();
    client.cases.get(caseId, { signal: leaving.signal }).then(
      (theCase) => setSeen({ theCase, problem: null }),
      (problem) => leaving.signal.aborted || setSeen({ theCase: null, problem }),
    );
    return () => leaving.abort();
  }, [client, caseId]);
  return seen;
}
