// Which cases are there, and which of them wait for me?

import type { AnyJob, CaseListQuery, CaseSummary } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { keyOf } from "@casework/client/query";
import { useClient, useJobs } from "@casework/client/react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { timeText } from "../../data/format.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { Loading } from "../../parts/loading.js";
import { Mixed } from "../../parts/mixed.js";
import { useTitle } from "../../parts/title.js";
import { NewCase } from "./new-case.js";
import { CASES } from "./texts.js";
import "./style.css";

const SOON_MS = 250;
const SHORTEST_SEARCH = 2;
const OFTEN_MS = 60_000;

export function CasesView() {
  const texts = useTexts(CASES);
  const messages = useMessages();
  const filters = useFilters();
  const list = useCases(filters.query);
  const working = useWorking();
  useRefreshWith(working, list.refetch);
  useTitle(texts.title);
  const cases = list.data?.pages.flatMap((page) => page.cases) ?? [];
  return (
    <div className="page">
      <header className="view-head">
        <h1>{texts.title}</h1>
        <NewCase />
      </header>
      <Filters {...filters} />
      <p role="status" className="unseen">
        {list.isSuccess && texts.found(cases.length)}
      </p>
      {list.error && (
        <p role="alert" className="notice bad">
          {errorText(messages, list.error)}
        </p>
      )}
      {list.isPending && !list.error && <Loading />}
      {list.isSuccess && cases.length === 0 && <Nothing {...filters} />}
      {cases.length > 0 && <CaseTable cases={cases} working={working} />}
      {list.hasNextPage && (
        <button type="button" onClick={() => list.fetchNextPage()}>
          {texts.more}
        </button>
      )}
    </div>
  );
}

interface UsedFilters {
  query: Omit<CaseListQuery, "cursor">;
  words: string;
  needsMe: boolean;
  setWords: (words: string) => void;
  setNeedsMe: (needsMe: boolean) => void;
}

/** Search and filter are in the address: going back from a case finds them as they were. */
function useFilters(): UsedFilters {
  const [asked, setAsked] = useSearchParams();
  const [words, setWords] = useState(asked.get("q") ?? "");
  const needsMe = asked.get("needs_me") === "true";
  const put = (name: string, value: string) =>
    setAsked(
      (before) => {
        const after = new URLSearchParams(before);
        if (value) after.set(name, value);
        else after.delete(name);
        return after;
      },
      { replace: true },
    );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `put` is made again each time and does the same
  useEffect(() => {
    if (words === (asked.get("q") ?? "")) return;
    const timer = setTimeout(() => put("q", words), SOON_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const q = (asked.get("q") ?? "").trim();
  return {
    query: { limit: 50, ...(q.length >= SHORTEST_SEARCH ? { q } : {}), ...(needsMe ? { needs_me: true } : {}) },
    ...{ words, needsMe, setWords },
    setNeedsMe: (wanted) => put("needs_me", wanted ? "true" : ""),
  };
}

function useCases(query: Omit<CaseListQuery, "cursor">) {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: keyOf(client, "cases", "endless", query),
    queryFn: ({ pageParam, signal }) =>
      client.cases.list({ ...query, ...(pageParam ? { cursor: pageParam } : {}) }, { retry: false, signal }),
    initialPageParam: "",
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: OFTEN_MS, // cases of others, and from other tabs
  });
}

/** The open jobs of each case. */
function useWorking(): Map<string, AnyJob[]> {
  const { jobs } = useJobs({ scope: "mine", limit: 50 });
  return useMemo(() => {
    const open = new Map<string, AnyJob[]>();
    for (const job of jobs) {
      const id = String(job.metadata.case_id);
      if (!job.done) open.set(id, [...(open.get(id) ?? []), job]);
    }
    return open;
  }, [jobs]);
}

/** What waits in a case is another thing when one of its analyses has ended, and when one has begun elsewhere. */
function useRefreshWith(working: Map<string, AnyJob[]>, refetch: () => unknown): void {
  const open = [...working.values()]
    .flat()
    .map(({ job_id }) => job_id)
    .sort()
    .join(" ");
  const before = useRef(open);
  useEffect(() => {
    if (before.current === open) return;
    before.current = open;
    void refetch();
  }, [open, refetch]);
}

function Filters({ words, needsMe, setWords, setNeedsMe }: UsedFilters) {
  const texts = useTexts(CASES);
  return (
    <search className="filters">
      <input
        type="search"
        data-key="search"
        aria-label={texts.search}
        placeholder={texts.search}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <div className="actions">
        <button type="button" aria-pressed={!needsMe} onClick={() => setNeedsMe(false)}>
          {texts.all}
        </button>
        <button type="button" aria-pressed={needsMe} onClick={() => setNeedsMe(true)}>
          {texts.needsMe}
        </button>
      </div>
    </search>
  );
}

function Nothing({ words, needsMe }: UsedFilters) {
  const texts = useTexts(CASES);
  if (words) return <p className="nothing">{texts.nothingFound}</p>;
  if (needsMe) return <p className="nothing">{texts.nothingNeeded}</p>;
  return (
    <div className="nothing">
      <h2>{texts.empty}</h2>
      <p>{texts.emptyHint}</p>
    </div>
  );
}

function CaseTable({ cases, working }: { cases: CaseSummary[]; working: Map<string, AnyJob[]> }) {
  const texts = useTexts(CASES);
  const { language } = useLanguage();
  return (
    <table className="case-table card">
      <thead>
        <tr>
          <th scope="col">{texts.columns.title}</th>
          <th scope="col">{texts.columns.state}</th>
          <th scope="col">{texts.columns.documents}</th>
          <th scope="col">{texts.columns.changed}</th>
        </tr>
      </thead>
      <tbody>
        {cases.map((one) => (
          <tr key={one.id}>
            <td>
              <Link href={`/cases/${one.id}`}>
                <Mixed text={one.title} />
              </Link>
            </td>
            <td>
              <CaseState one={one} jobs={working.get(one.id) ?? []} />
            </td>
            <td className="number">{one.documents.length}</td>
            <td className="number">{timeText(one.updated_at, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** In words with a count; the colour comes second. */
function CaseState({ one, jobs }: { one: CaseSummary; jobs: AnyJob[] }) {
  const texts = useTexts(CASES);
  const { attention } = one;
  const [job] = jobs;
  const isAnalysed = one.form_7801_analysis_timestamp !== null;
  const isReady = isAnalysed && Object.values(attention).every((count) => count === 0);
  return (
    <span className="actions">
      {job && <span className="badge info number">{texts.working(job.progress)}</span>}
      {attention.blocking > 0 && <span className="badge bad">{texts.blocking(attention.blocking)}</span>}
      {attention.conflicts > 0 && <span className="badge bad">{texts.conflicts(attention.conflicts)}</span>}
      {attention.check > 0 && <span className="badge warn">{texts.check(attention.check)}</span>}
      {isAnalysed && attention.unconfirmed > 0 && (
        <span className="badge">{texts.unconfirmed(attention.unconfirmed)}</span>
      )}
      {isReady && <span className="badge ok">{texts.ready}</span>}
      {!isAnalysed && !job && <span className="badge">{texts.noForm}</span>}
    </span>
  );
}
