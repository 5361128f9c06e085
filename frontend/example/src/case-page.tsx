import type { Case } from "@casework/client";
import { useClient } from "@casework/client/react";
import { useEffect, useState } from "react";
import { AnalysisCard } from "./analysis-card.js";
import { ANALYSES } from "./hebrew.js";

/** A case and its three analyses, each of which can run beside the others. */
export function CasePage({ caseId }: { caseId: string }) {
  const { theCase, problem } = useCase(caseId);
  return (
    <main>
      <header>
        <h1>{theCase?.title ?? "טוען את התיק…"}</h1>
        {problem && <p role="alert">שגיאה: {problem}</p>}
        {theCase && (
          <ul className="documents" aria-label="מסמכים בתיק">
            {theCase.documents.map((document) => (
              <li key={document.id}>{document.file_name.replace(/\.\w+$/, "")}</li>
            ))}
          </ul>
        )}
      </header>
      {ANALYSES.map(({ jobType, title, about }) => (
        <AnalysisCard key={jobType} caseId={caseId} jobType={jobType} title={title} about={about} />
      ))}
    </main>
  );
}

function useCase(caseId: string) {
  const client = useClient();
  const [theCase, setCase] = useState<Case | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    client.cases.get(caseId).then(setCase, (error: Error) => setProblem(error.message));
  }, [client, caseId]);
  return { theCase, problem };
}
