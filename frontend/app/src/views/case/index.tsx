// What is in a case, and what is being made of it? Documents, the call, the three analyses.

import type { JobType } from "@casework/client";
import { type UsedAnalysis, useAnalysis } from "@casework/client/react";
import { useParams } from "wouter";
import { useCase, useRefresh } from "../../data/queries.js";
import { useTexts } from "../../language.js";
import { CaseFrame } from "../../parts/case-frame.js";
import { Loading } from "../../parts/loading.js";
import { AnalysisCard } from "./analysis-card.js";
import { Call } from "./call.js";
import { DeleteCase } from "./delete-case.js";
import { Documents } from "./documents.js";
import { CASE } from "./texts.js";
import "./style.css";

export function CaseView() {
  const { caseId = "" } = useParams<{ caseId: string }>();
  const { data } = useCase(caseId);
  return (
    <CaseFrame caseId={caseId} aside={data && <DeleteCase theCase={data} />}>
      {data ? (
        <div className="material">
          <Documents theCase={data} />
          <div className="material-side">
            <Analyses caseId={caseId} isEmpty={data.documents.length === 0 && data.call_details === null} />
            <Call theCase={data} />
          </div>
        </div>
      ) : (
        <Loading />
      )}
    </CaseFrame>
  );
}

function Analyses({ caseId, isEmpty }: { caseId: string; isEmpty: boolean }) {
  const texts = useTexts(CASE);
  const refresh = useRefresh(caseId);
  const options = { onCompleted: refresh, onFailed: refresh };
  const form = useAnalysis(caseId, "document_analysis_form7801", options);
  const agent = useAnalysis(caseId, "document_analysis_agent", options);
  const call = useAnalysis(caseId, "call_analysis", options);
  const all = [form, agent, call] as UsedAnalysis<JobType>[];
  const idle = all.filter(({ status, isLoading }) => status === "idle" && !isLoading);
  return (
    <section className="card" aria-labelledby="analyses">
      <div className="card-head">
        <h2 id="analyses">{texts.analyses}</h2>
        {idle.length === all.length && !isEmpty && (
          <button
            type="button"
            className="primary"
            onClick={() => {
              for (const one of idle) void one.start();
            }}
          >
            {texts.startAll}
          </button>
        )}
      </div>
      {isEmpty && <p className="hint empty-first">{texts.emptyFirst}</p>}
      <AnalysisCard caseId={caseId} jobType="document_analysis_form7801" analysis={form} />
      <AnalysisCard caseId={caseId} jobType="document_analysis_agent" analysis={agent} />
      <AnalysisCard caseId={caseId} jobType="call_analysis" analysis={call} />
    </section>
  );
}
