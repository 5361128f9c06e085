// What speaks for the claim, what is the law's answer, what is missing, and what to do?

import type { Case } from "@casework/client";
import { Link, useParams, useSearchParams } from "wouter";
import { agentAnalysisOf, callAnalysisOf, formAnalysisOf, requestedOf, useCase } from "../../data/queries.js";
import { useTexts } from "../../language.js";
import { CaseFrame } from "../../parts/case-frame.js";
import { Loading } from "../../parts/loading.js";
import { Advice } from "./advice.js";
import { Eligibility } from "./eligibility.js";
import { Findings } from "./findings.js";
import { Missing } from "./missing.js";
import { FINDINGS, type Tab } from "./texts.js";
import "./style.css";

export function FindingsView() {
  const { caseId = "" } = useParams<{ caseId: string }>();
  const { data } = useCase(caseId);
  return <CaseFrame caseId={caseId}>{data ? <Tabs theCase={data} /> : <Loading />}</CaseFrame>;
}

function Tabs({ theCase }: { theCase: Case }) {
  const texts = useTexts(FINDINGS);
  const [asked, setAsked] = useSearchParams();
  const names = Object.keys(texts.tabs) as Tab[];
  const tab = names.find((name) => name === asked.get("tab")) ?? "eligibility";
  return (
    <>
      <nav className="actions choice" aria-label={texts.title}>
        {names.map((name) => (
          <button key={name} type="button" aria-pressed={name === tab} onClick={() => setAsked({ tab: name })}>
            {texts.tabs[name]}
          </button>
        ))}
      </nav>
      <TabContent tab={tab} theCase={theCase} />
    </>
  );
}

function TabContent({ tab, theCase }: { tab: Tab; theCase: Case }) {
  const form = formAnalysisOf(theCase);
  const agent = agentAnalysisOf(theCase);
  const call = callAnalysisOf(theCase);
  const requested = requestedOf(theCase);
  if (tab === "eligibility" && form) return <Eligibility rules={form.eligibility} agent={agent} />;
  if (tab === "findings" && agent) return <Findings theCase={theCase} agent={agent} />;
  if (tab === "missing" && (requested.length > 0 || agent)) {
    return <Missing caseId={theCase.id} requested={requested} gaps={agent?.gaps ?? []} documents={theCase.documents} />;
  }
  if (tab === "advice" && (form || agent || call)) return <Advice form={form} agent={agent} call={call} />;
  return <Nothing tab={tab} caseId={theCase.id} />;
}

function Nothing({ tab, caseId }: { tab: Tab; caseId: string }) {
  const texts = useTexts(FINDINGS);
  return (
    <div className="nothing">
      <p>{texts.nothing[tab]}</p>
      <Link href={`/cases/${caseId}`}>{texts.toMaterial}</Link>
    </div>
  );
}
