// How are ten thousand jobs shown? Only the rows that can be seen are there; the others have their place.

import type { AnyJob } from "@casework/client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, useEffect, useRef } from "react";
import { Link } from "wouter";
import type { JobLogState } from "../../data/job-log.js";
import { between, dollars, duration, moment } from "../../data/operations.js";
import { useLanguage, useTexts } from "../../language.js";
import { JobStatusBadge } from "../../parts/job-status.js";
import { Ltr, shown } from "../../parts/mixed.js";
import { OPS } from "./texts.js";

const ROW_PX = 40;
const OVERSCAN = 12;
/** So many rows before the end, the next page is asked for. */
const AHEAD = 40;

interface JobTableProps {
  jobs: readonly AnyJob[];
  state: JobLogState;
  isOldestFirst: boolean;
  onSort: () => void;
  onPause: () => void;
  onScrolled: (isScrolled: boolean) => void;
  onSeen: (count: number) => void;
  onEnd: () => void;
}

export function JobTable(props: JobTableProps) {
  const { jobs, state, isOldestFirst, onPause, onScrolled, onSeen, onEnd } = props;
  const { waiting, isLoading, hasMore } = state;
  const texts = useTexts(OPS);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    ...{ count: jobs.length, overscan: OVERSCAN, estimateSize: () => ROW_PX, getScrollElement: () => scroller.current },
    getItemKey: (index) => jobs[index]?.job_id ?? index,
  });
  const drawn = rows.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    onSeen(last + 1);
    if (hasMore && last > jobs.length - AHEAD) onEnd();
  }, [last, jobs.length, hasMore, onSeen, onEnd]);

  function focusRow(index: number): void {
    const at = Math.min(Math.max(index, 0), jobs.length - 1);
    rows.scrollToIndex(at);
    scroller.current?.dispatchEvent(new Event("scroll")); // draws the row now: the next key may come before a frame does
    scroller.current?.querySelector<HTMLElement>(`[data-index="${at}"] a`)?.focus();
  }

  function onKey(event: KeyboardEvent): void {
    if ((event.target as HTMLElement).closest("button")) return; // whose keys are its own
    const focused = (event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset.index;
    const at = focused === undefined ? -1 : Number(focused);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 2);
    const places: Record<string, number> = {
      ...{ ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page },
      ...{ Home: 0, End: jobs.length - 1 },
    };
    const place = places[event.key];
    if (event.key === " ") onPause();
    else if (place === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    else focusRow(place);
    event.preventDefault();
  }

  return (
    <div className="job-table">
      {waiting > 0 && (
        <button type="button" className="primary small fresh" onClick={() => rows.scrollToOffset(0)}>
          {texts.fresh(waiting)}
        </button>
      )}
      <p role="status" className="unseen">
        {waiting > 0 ? texts.fresh(waiting) : ""}
      </p>
      <section
        {...{ ref: scroller, tabIndex: 0, className: "job-rows", "aria-label": texts.list, onKeyDown: onKey }}
        aria-describedby="job-table-hint"
        onScroll={({ currentTarget }) => onScrolled(currentTarget.scrollTop > ROW_PX)}
      >
        <table aria-rowcount={hasMore ? -1 : jobs.length + 1}>
          <Head isOldestFirst={isOldestFirst} onSort={props.onSort} />
          <tbody>
            <Gap px={drawn[0]?.start ?? 0} />
            {drawn.map(({ key, index }) => {
              const job = jobs[index];
              return job && <Row key={key} index={index} job={job} />;
            })}
            <Gap px={rows.getTotalSize() - (drawn.at(-1)?.end ?? 0)} />
          </tbody>
        </table>
      </section>
      {!isLoading && jobs.length === 0 && <p className="none muted">{texts.none}</p>}
      <p id="job-table-hint" className="hint">
        {texts.hint}
      </p>
    </div>
  );
}

/** The place of rows that cannot be seen. */
function Gap({ px }: { px: number }) {
  return px > 0 ? <tr className="gap" style={{ blockSize: px }} /> : null;
}

function Head({ isOldestFirst, onSort }: { isOldestFirst: boolean; onSort: () => void }) {
  const texts = useTexts(OPS);
  const { type, status, case: ofCase, user, attempt, took, cost } = texts;
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" aria-sort={isOldestFirst ? "ascending" : "descending"}>
          <button type="button" className="plain small" onClick={onSort}>
            {texts.time} <span aria-hidden="true">{isOldestFirst ? "▲" : "▼"}</span>
            <span className="unseen">{isOldestFirst ? texts.oldest : texts.newest}</span>
          </button>
        </th>
        {[type, status, ofCase, user, attempt, took, cost].map((name) => (
          <th scope="col" key={name}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

const Row = memo(function JobRow({ job, index }: { job: AnyJob; index: number }) {
  const texts = useTexts(OPS);
  const { language } = useLanguage();
  const { created_at, started_at, completed_at, updated_at } = job;
  const took = between(started_at, job.done ? completed_at : updated_at);
  return (
    <tr aria-rowindex={index + 2} data-index={index}>
      <td>
        <Link href={`/ops/jobs/${encodeURIComponent(job.job_id)}`}>
          <Ltr text={moment(created_at, language)} />
        </Link>
      </td>
      <td>{texts.types[job.job_type] ?? <Ltr text={job.job_type} />}</td>
      <td>
        <JobStatusBadge job={job} />
      </td>
      <td dir="ltr" className="id">
        {shown(String(job.metadata.case_id))}
      </td>
      <td dir="ltr" className="id">
        {shown(String(job.metadata.user_id))}
      </td>
      <td className="number">
        <Ltr text={`${job.attempt}/${job.max_attempts}`} />
      </td>
      <td className="number">{duration(took, language)}</td>
      <td className="number">
        <Ltr text={dollars(job.usage.cost_usd)} />
      </td>
    </tr>
  );
});
