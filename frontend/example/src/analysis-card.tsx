import type { JobType } from "@casework/client";
import { type UsedAnalysis, useAnalysis } from "@casework/client/react";
import { useId } from "react";
import { errorText, OFFLINE, STATUS_TEXT } from "./hebrew.js";
import { ResultView } from "./result-view.js";

interface CardProps<T extends JobType> {
  caseId: string;
  jobType: T;
  title: string;
  about: string;
}

/** One analysis: a button that tells how far it is, a bar, a way out, and what came of it. */
export function AnalysisCard<T extends JobType>({ caseId, jobType, title, about }: CardProps<T>) {
  const analysis = useAnalysis(caseId, jobType);
  const heading = useId();
  return (
    <section aria-labelledby={heading} data-status={analysis.status}>
      <h2 id={heading}>{title}</h2>
      <p className="about">{about}</p>
      <div className="actions">
        <StartButton analysis={analysis} />
        {analysis.isBusy && (
          <button
            type="button"
            className="quiet"
            disabled={!analysis.job || analysis.isCancelling}
            onClick={analysis.cancel}
          >
            {analysis.isCancelling ? "מבטל…" : "ביטול"}
          </button>
        )}
      </div>
      {analysis.isBusy && <Bar percent={analysis.progress} labelledBy={heading} />}
      <p role="status" className={analysis.trouble ? "notice" : "unseen"}>
        {analysis.trouble ? OFFLINE : STATUS_TEXT[analysis.status]}
      </p>
      {analysis.error && analysis.status !== "cancelled" && (
        <p role="alert" className="error">
          שגיאה: <bdi>{errorText(analysis)}</bdi>
        </p>
      )}
      {analysis.status === "cancelled" && <p className="notice">הניתוח בוטל.</p>}
      {analysis.result && <ResultView jobType={jobType} result={analysis.result} />}
    </section>
  );
}

/** It stays focusable while it is busy: pressing it then does nothing. */
function StartButton({ analysis }: { analysis: UsedAnalysis<JobType> }) {
  const { isBusy, job, progress, message, start, retry } = analysis;
  const again = job?.status === "failed" ? retry : start;
  return (
    <button type="button" className="start" aria-disabled={isBusy} onClick={again}>
      {isBusy ? (
        <>
          מנתח... {progress}% – <bdi>{message || "ממתין"}</bdi>
        </>
      ) : job?.status === "failed" ? (
        "נסה שוב"
      ) : (
        "התחל ניתוח AI"
      )}
    </button>
  );
}

function Bar({ percent, labelledBy }: { percent: number; labelledBy: string }) {
  return (
    <div
      className="bar"
      role="progressbar"
      aria-labelledby={labelledBy}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div style={{ inlineSize: `${percent}%` }} />
    </div>
  );
}
