// Which jobs are there, of all users? A list that lives, by filters that stand in the address.

import "./style.css";
import { errorText } from "@casework/client/messages";
import { useClient } from "@casework/client/react";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useLocation, useSearch } from "wouter";
import { addressOf, filtersOf, type JobFilters } from "../../data/job-filters.js";
import { JobLog, type JobLogState } from "../../data/job-log.js";
import { moment } from "../../data/operations.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { Operations } from "../../parts/operations.js";
import { BulkActions } from "./bulk-actions.js";
import { Filters } from "./filters.js";
import { JobTable } from "./job-table.js";
import { OPS } from "./texts.js";

export function OpsJobsView() {
  return (
    <Operations isWide>
      <JobsOfAll />
    </Operations>
  );
}

function JobsOfAll() {
  const texts = useTexts(OPS);
  const client = useClient();
  const search = useSearch();
  const [, navigate] = useLocation();
  const filters = useMemo(() => filtersOf(search), [search]);
  const { order, ...asked } = filters;
  const key = JSON.stringify(asked);
  const log = useMemo(() => new JobLog(client, JSON.parse(key) as JobFilters), [client, key]);
  const state = useSyncExternalStore(log.subscribe, log.getState);
  const [isPaused, setPaused] = useState(false);
  const [isScrolled, setScrolled] = useState(false);
  const jobs = useMemo(() => (order === "oldest" ? state.jobs.toReversed() : state.jobs), [state.jobs, order]);
  useEffect(() => {
    log.setMode(isPaused ? "paused" : isScrolled && !order ? "scrolled" : "live");
  }, [log, isPaused, isScrolled, order]);
  useEffect(() => {
    document.title = `${texts.title} · Casework`;
  }, [texts]);
  const toggle = () => setPaused(!isPaused);
  return (
    <>
      <h1 className="unseen">{texts.title}</h1>
      <Filters filters={filters} onChange={(changed) => navigate(addressOf(changed))} />
      <div className="ops-bar">
        <button type="button" className="small" aria-pressed={isPaused} onClick={toggle}>
          {isPaused ? texts.goOn : texts.pause}
        </button>
        <State state={state} isPaused={isPaused} />
        <BulkActions filters={asked} />
      </div>
      {order && <p className="hint">{texts.sortNote(jobs.length)}</p>}
      <Problem error={state.error} />
      <JobTable
        key={`${key} ${order}`}
        jobs={jobs}
        state={state}
        isOldestFirst={order === "oldest"}
        onSort={() => navigate(addressOf({ ...asked, ...(order ? {} : { order: "oldest" }) }))}
        onPause={toggle}
        onScrolled={setScrolled}
        onSeen={(count) => log.setOnScreen(order ? 0 : count)}
        onEnd={() => log.loadMore()}
      />
    </>
  );
}

function State({ state: { asOf, isCutOff, jobs, hasMore }, isPaused }: { state: JobLogState; isPaused: boolean }) {
  const texts = useTexts(OPS);
  const { language } = useLanguage();
  if (asOf === null) return null;
  const time = moment(asOf, language);
  return (
    <span className={isCutOff ? "error" : "muted"}>
      {isCutOff ? texts.cutOff : isPaused ? texts.paused(time) : texts.asOf(time)}
      {" · "}
      {texts.loaded(jobs.length, !hasMore)}
    </span>
  );
}

function Problem({ error }: { error: Error | null }) {
  const messages = useMessages();
  if (!error) return null;
  return (
    <p role="alert" className="notice bad">
      {errorText(messages, error)}{" "}
      <bdi dir="ltr" lang="en">
        {error.message}
      </bdi>
    </p>
  );
}
