// How is the same done to all jobs that match? They are counted, the count is confirmed, and what is refused is listed.

import type { AnyJob } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { useClient } from "@casework/client/react";
import { useId, useRef, useState } from "react";
import {
  type BulkAction,
  doToAll,
  fittingStatuses,
  type Matching,
  MOST,
  matching,
  type Refusal,
} from "../../data/bulk.js";
import type { JobFilters } from "../../data/job-filters.js";
import { moment } from "../../data/operations.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { Ltr } from "../../parts/mixed.js";
import { OPS } from "./texts.js";

const NAMED = 5;

interface Doing {
  action: BulkAction;
  found: Matching | null;
  error: Error | null;
  isRunning: boolean;
  done: number;
  refusals: Refusal[];
}

export function BulkActions({ filters }: { filters: JobFilters }) {
  const texts = useTexts(OPS);
  const client = useClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const stop = useRef(new AbortController());
  const title = useId();
  const [doing, setDoing] = useState<Doing | null>(null);
  const put = (change: Partial<Doing>) => setDoing((before) => before && { ...before, ...change });

  async function count(action: BulkAction): Promise<void> {
    stop.current = new AbortController();
    const { signal } = stop.current;
    setDoing({ action, found: null, error: null, isRunning: false, done: 0, refusals: [] });
    dialog.current?.showModal();
    await matching(client, filters, action, { signal, now: Date.now() }).then(
      (found) => put({ found }),
      (error) => signal.aborted || put({ error }),
    );
  }

  async function run({ action, found }: Doing): Promise<void> {
    put({ isRunning: true });
    const onDone = (refusal: Refusal | null) =>
      setDoing(
        (now) => now && { ...now, done: now.done + 1, refusals: refusal ? [...now.refusals, refusal] : now.refusals },
      );
    await doToAll(client, action, found?.jobs ?? [], { signal: stop.current.signal, onDone });
    put({ isRunning: false });
  }

  const close = () => dialog.current?.close();
  return (
    <span className="actions bulk">
      {(["retry", "cancel"] as const).map((action) => (
        <button
          key={action}
          type="button"
          className={action === "cancel" ? "small danger" : "small"}
          aria-disabled={fittingStatuses(filters, action).length === 0}
          onClick={() => fittingStatuses(filters, action).length > 0 && count(action)}
        >
          {action === "cancel" ? texts.cancelAll : texts.retryAll}
        </button>
      ))}
      <dialog
        ref={dialog}
        aria-labelledby={title}
        onClose={() => {
          stop.current.abort();
          setDoing(null);
        }}
      >
        {doing && <Steps doing={doing} title={title} onRun={() => run(doing)} onClose={close} />}
      </dialog>
    </span>
  );
}

interface StepsProps {
  doing: Doing;
  title: string;
  onRun: () => void;
  onClose: () => void;
}

function Steps({ doing, title, onRun, onClose }: StepsProps) {
  const texts = useTexts(OPS);
  const { found, isRunning, done } = doing;
  const count = found?.jobs.length ?? 0;
  const isAsking = count > 0 && !isRunning && done === 0;
  const way = isAsking ? texts.back : texts.close;
  return (
    <div className="stack">
      <h2 id={title}>{useHeading(doing)}</h2>
      {found?.isMore && <p className="notice warn">{texts.moreThan(MOST)}</p>}
      {isAsking && <Named jobs={found?.jobs ?? []} />}
      {count > 0 && !isAsking && <Progress doing={doing} count={count} />}
      <div className="actions">
        {isAsking && <RunButton action={doing.action} count={count} onRun={onRun} />}
        <button type="button" onClick={onClose}>
          {isRunning ? texts.stop : way}
        </button>
      </div>
    </div>
  );
}

function useHeading({ action, found, error }: Doing): string {
  const texts = useTexts(OPS);
  const messages = useMessages();
  if (error) return errorText(messages, error);
  if (!found) return texts.counting;
  const count = found.jobs.length;
  if (count === 0) return texts.noMatch;
  return action === "cancel" ? texts.reallyCancel(count) : texts.reallyRetry(count);
}

function RunButton({ action, count, onRun }: { action: BulkAction; count: number; onRun: () => void }) {
  const texts = useTexts(OPS);
  const isCancel = action === "cancel";
  return (
    <button type="button" className={isCancel ? "danger" : "primary"} onClick={onRun}>
      {isCancel ? texts.doCancel(count) : texts.doRetry(count)}
    </button>
  );
}

function Named({ jobs }: { jobs: readonly AnyJob[] }) {
  const texts = useTexts(OPS);
  const { language } = useLanguage();
  return (
    <ul className="named">
      {jobs.slice(0, NAMED).map((job) => (
        <li key={job.job_id}>
          {texts.types[job.job_type]} · <Ltr text={moment(job.created_at, language)} /> ·{" "}
          <Ltr text={String(job.metadata.user_id)} />
        </li>
      ))}
      {jobs.length > NAMED && <li>{texts.others(jobs.length - NAMED)}</li>}
    </ul>
  );
}

function Progress({ doing: { done, refusals }, count }: { doing: Doing; count: number }) {
  const texts = useTexts(OPS);
  const messages = useMessages();
  return (
    <>
      <progress max={count} value={done} aria-label={texts.done(done, count)} />
      <p role="status">{texts.done(done, count)}</p>
      {refusals.length > 0 && (
        <>
          <p className="error">{texts.refused(refusals.length)}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard */}
          <ul className="refusals" tabIndex={0}>
            {refusals.map(({ job, error }) => (
              <li key={job.job_id}>
                <Ltr text={job.job_id} />: {errorText(messages, error)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
