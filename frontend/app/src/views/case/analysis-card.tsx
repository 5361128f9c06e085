import type { Form7801Result, JobType } from "@casework/client";
import { errorText, progressText } from "@casework/client/messages";
import type { UsedAnalysis } from "@casework/client/react";
import { useEffect, useId, useRef, useState } from "react";
import { Link } from "wouter";
import { timeText } from "../../data/format.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { directionOf, shown } from "../../parts/mixed.js";
import { CASE } from "./texts.js";

interface CardProps<T extends JobType> {
  caseId: string;
  jobType: T;
  analysis: UsedAnalysis<T>;
}

/** Where the result of each is looked at. */
const RESULTS: Record<JobType, string> = {
  document_analysis_form7801: "review",
  document_analysis_agent: "findings?tab=findings",
  call_analysis: "findings?tab=missing",
};

/** One analysis: how far it is, what can be done, and where its result is looked at. */
export function AnalysisCard<T extends JobType>({ caseId, jobType, analysis }: CardProps<T>) {
  const texts = useTexts(CASE);
  const messages = useMessages();
  const heading = useId();
  const { title, about } = texts.kinds[jobType];
  const { isBusy, isLoading, status, error, connection } = analysis;
  return (
    <section aria-labelledby={heading} className="analysis" data-status={isLoading ? "loading" : status}>
      <div className="analysis-head">
        <h3 id={heading}>{title}</h3>
        <Actions analysis={analysis as UsedAnalysis<JobType>} heading={heading} />
      </div>
      {status === "idle" && <p className="hint">{about}</p>}
      {isBusy && <Progress analysis={analysis as UsedAnalysis<JobType>} heading={heading} />}
      <p role="status" className={connection === "ok" && status !== "cancelled" ? "unseen" : "hint"}>
        {connection !== "ok" ? messages.connections[connection] : status === "idle" ? "" : messages.statuses[status]}
      </p>
      {error && (
        <p role="alert" className="notice bad">
          {errorText(messages, error)}
        </p>
      )}
      {status === "completed" && <Outcome caseId={caseId} jobType={jobType} analysis={analysis} />}
    </section>
  );
}

function Outcome<T extends JobType>({ caseId, jobType, analysis: { job, result } }: CardProps<T>) {
  const texts = useTexts(CASE);
  const { language } = useLanguage();
  const isForm = jobType === "document_analysis_form7801";
  const changed = isForm && result ? (result as Form7801Result).analysis.changes_since.length : 0;
  return (
    <p className="outcome">
      {job?.completed_at && <span className="hint">{texts.finished(timeText(job.completed_at, language))}</span>}
      {changed > 0 && <span className="badge info">{texts.changed(changed)}</span>}
      <Link href={`/cases/${caseId}/${RESULTS[jobType]}`}>{texts.kinds[jobType].toResult}</Link>
    </p>
  );
}

/** The buttons. None is disabled while it has the focus; one that goes hands the focus to the one that stays. */
function Actions({ analysis, heading }: { analysis: UsedAnalysis<JobType>; heading: string }) {
  const texts = useTexts(CASE);
  const { status, isBusy, isLoading, isCancelling } = analysis;
  const [isAsking, setAsking] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const state = isBusy ? "busy" : isAsking ? "asking" : "still";
  useFocusKept(box, state);
  if (isLoading) return null;
  const label = { completed: texts.again, failed: texts.tryAgain, cancelled: texts.start };
  const begin = { completed: () => setAsking(true), failed: analysis.retry };
  return (
    <div ref={box} className="actions">
      {isBusy && (
        <button
          type="button"
          className="small"
          aria-disabled={isCancelling}
          onClick={isCancelling ? undefined : analysis.cancel}
        >
          {isCancelling ? texts.cancelling : texts.cancel}
        </button>
      )}
      {!isBusy && isAsking && (
        <>
          <span className="hint">{texts.surely}</span>
          <button
            type="button"
            className="small primary"
            onClick={() => {
              setAsking(false);
              void analysis.start();
            }}
          >
            {texts.run}
          </button>
          <button type="button" className="small" onClick={() => setAsking(false)}>
            {texts.back}
          </button>
        </>
      )}
      {!isBusy && !isAsking && (
        <button
          id={id}
          type="button"
          className="small"
          aria-labelledby={`${id} ${heading}`}
          onClick={begin[status as keyof typeof begin] ?? analysis.start}
        >
          {label[status as keyof typeof label] ?? texts.start}
        </button>
      )}
    </div>
  );
}

/** When the buttons change while one of them has the focus, the first of the new ones gets it. */
export function useFocusKept(box: React.RefObject<HTMLElement | null>, state: string): void {
  const had = useRef(false);
  useEffect(() => {
    const noted = () => {
      had.current = box.current?.contains(document.activeElement) ?? false;
    };
    document.addEventListener("focusin", noted);
    return () => document.removeEventListener("focusin", noted);
  }, [box]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the state is what changes the buttons
  useEffect(() => {
    if (had.current && document.activeElement === document.body) box.current?.querySelector("button")?.focus();
  }, [state, box]);
}

function Progress({ analysis, heading }: { analysis: UsedAnalysis<JobType>; heading: string }) {
  const messages = useMessages();
  const texts = useTexts(CASE);
  const { job, status, progress } = analysis;
  const doing = shown(job ? progressText(messages, job) : messages.statuses[status]);
  return (
    <>
      <progress max={100} value={progress} aria-labelledby={heading} />
      <p className="hint number">
        {texts.analysing} {progress}% – <bdi {...directionOf(doing)}>{doing}</bdi>
      </p>
    </>
  );
}
