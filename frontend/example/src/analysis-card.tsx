import type { CaseDocument, JobType } from "@casework/client";
import { errorText, progressText } from "@casework/client/messages";
import { type UsedAnalysis, useAnalysis } from "@casework/client/react";
import { type RefObject, useEffect, useId, useRef, useState } from "react";
import { directionOf } from "./mixed.js";
import { ResultView } from "./result-view.js";
import { useTexts } from "./texts.js";

interface CardProps<T extends JobType> {
  caseId: string;
  jobType: T;
  title: string;
  about: string;
  documents: CaseDocument[];
}

/** One analysis: a button, how far it is, a way out, and what came of it. */
export function AnalysisCard<T extends JobType>({ caseId, jobType, title, about, documents }: CardProps<T>) {
  const analysis = useAnalysis(caseId, jobType);
  const { messages, error } = useTexts();
  const heading = useId();
  const { status, isBusy, result } = analysis;
  return (
    <section aria-labelledby={heading} data-status={analysis.isLoading ? "loading" : status}>
      <h2 id={heading}>{title}</h2>
      <p className="about">{about}</p>
      <Actions analysis={analysis} heading={heading} />
      {isBusy && <Progress analysis={analysis} heading={heading} />}
      <Status analysis={analysis} />
      {analysis.error && (
        <p role="alert" className="error">
          {error} {errorText(messages, analysis.error)}
        </p>
      )}
      {result && <ResultView jobType={jobType} result={result} documents={documents} />}
    </section>
  );
}

/** The buttons. None is disabled while it has the focus, and the focus is never left without a place. */
function Actions({ analysis, heading }: { analysis: UsedAnalysis<JobType>; heading: string }) {
  const { status, isBusy, isLoading } = analysis;
  const [isAsking, setAsking] = useState(false);
  const startButton = useRef<HTMLButtonElement>(null);
  const buttons = useFocusPassedOn(startButton, isBusy || isAsking);
  if (isAsking && isBusy) setAsking(false);
  const isOff = isBusy || isLoading || isAsking;
  const again = { failed: analysis.retry, completed: () => setAsking(true) };
  const begin = status === "failed" || status === "completed" ? again[status] : analysis.start;
  return (
    <div className="actions" ref={buttons}>
      <StartButton ref={startButton} status={status} heading={heading} isOff={isOff} onPress={begin} />
      {isBusy && <CancelButton analysis={analysis} />}
      {isAsking && <Question onYes={() => analysis.start()} onNo={() => setAsking(false)} />}
    </div>
  );
}

interface StartButtonProps {
  ref: RefObject<HTMLButtonElement | null>;
  status: UsedAnalysis<JobType>["status"];
  heading: string;
  isOff: boolean;
  onPress: () => void;
}

function StartButton({ ref, status, heading, isOff, onPress }: StartButtonProps) {
  const texts = useTexts();
  const id = useId();
  const label = { failed: texts.retry, completed: texts.again };
  return (
    <button
      ref={ref}
      id={id}
      type="button"
      className={status === "completed" ? "quiet" : "start"}
      aria-labelledby={`${id} ${heading}`}
      aria-disabled={isOff}
      onClick={isOff ? undefined : onPress}
    >
      {status === "failed" || status === "completed" ? label[status] : texts.start}
    </button>
  );
}

function CancelButton({ analysis: { isCancelling, cancel } }: { analysis: UsedAnalysis<JobType> }) {
  const texts = useTexts();
  return (
    <button type="button" className="quiet" aria-disabled={isCancelling} onClick={isCancelling ? undefined : cancel}>
      {isCancelling ? texts.cancelling : texts.cancel}
    </button>
  );
}

/** Another run costs money: it is asked for twice. */
function Question({ onYes, onNo }: { onYes: () => void; onNo: () => void }) {
  const texts = useTexts();
  return (
    <span className="question">
      {texts.surely}{" "}
      <button type="button" onClick={onYes}>
        {texts.run}
      </button>{" "}
      <button type="button" className="quiet" onClick={onNo}>
        {texts.back}
      </button>
    </span>
  );
}

/** Buttons that go away when `areThere` turns false hand the focus, when they had it, to one that stays. */
function useFocusPassedOn(to: RefObject<HTMLButtonElement | null>, areThere: boolean) {
  const buttons = useRef<HTMLDivElement>(null);
  const hadFocus = useRef(false);
  useEffect(() => {
    const noted = () => {
      hadFocus.current = buttons.current?.contains(document.activeElement) ?? false;
    };
    document.addEventListener("focusin", noted);
    return () => document.removeEventListener("focusin", noted);
  }, []);
  useEffect(() => {
    if (!areThere && hadFocus.current && document.activeElement === document.body) to.current?.focus();
  }, [areThere, to]);
  return buttons;
}

/** How far it is: for the eyes at each change; for ears there is the status below. */
function Progress({ analysis, heading }: { analysis: UsedAnalysis<JobType>; heading: string }) {
  const { messages, analysing } = useTexts();
  const { job, status, progress } = analysis;
  const doing = job ? progressText(messages, job) : messages.statuses[status];
  return (
    <>
      <p className="doing">
        {analysing} {progress}% – <bdi {...directionOf(doing)}>{doing}</bdi>
      </p>
      <progress max={100} value={progress} aria-labelledby={heading} />
    </>
  );
}

/** What has changed, as one region that is read aloud; shown where it is not seen otherwise. */
function Status({ analysis }: { analysis: UsedAnalysis<JobType> }) {
  const { messages } = useTexts();
  const { status, connection, isLoading } = analysis;
  const isShown = connection !== "ok" || status === "cancelled";
  const said = status === "idle" || isLoading ? "" : messages.statuses[status];
  return (
    <p role="status" className={isShown ? "notice" : "unseen"}>
      {connection === "ok" ? said : messages.connections[connection]}
    </p>
  );
}
