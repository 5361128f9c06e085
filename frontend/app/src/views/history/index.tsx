// Who changed or confirmed what, when? Newest first, by day.

import type { FormEntry } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { keyOf } from "@casework/client/query";
import { useClient } from "@casework/client/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useParams } from "wouter";
import { dayText, timeText } from "../../data/format.js";
import { definitionOf, pathText } from "../../data/paths.js";
import { useForm } from "../../data/use-form.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { CaseFrame } from "../../parts/case-frame.js";
import { Loading } from "../../parts/loading.js";
import { Mixed } from "../../parts/mixed.js";
import { Value } from "../../parts/value.js";
import { useSession } from "../../surroundings.js";
import { HISTORY } from "./texts.js";
import "./style.css";

export function HistoryView() {
  const { caseId = "" } = useParams<{ caseId: string }>();
  const texts = useTexts(HISTORY);
  const messages = useMessages();
  const client = useClient();
  const history = useInfiniteQuery({
    queryKey: keyOf(client, "case", caseId, "history"),
    queryFn: ({ pageParam, signal }) =>
      client.cases.formHistory(
        caseId,
        { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) },
        { retry: false, signal },
      ),
    initialPageParam: "",
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
  const entries = history.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <CaseFrame caseId={caseId}>
      <div className="history">
        <h2>{texts.title}</h2>
        {history.error && (
          <p role="alert" className="notice bad">
            {errorText(messages, history.error)}
          </p>
        )}
        {history.isPending && <Loading />}
        {history.isSuccess && entries.length === 0 && <p className="nothing">{texts.nothing}</p>}
        <Days caseId={caseId} entries={entries} />
        {history.hasNextPage && (
          <button type="button" onClick={() => history.fetchNextPage()}>
            {texts.more}
          </button>
        )}
      </div>
    </CaseFrame>
  );
}

function Days({ caseId, entries }: { caseId: string; entries: FormEntry[] }) {
  const { language } = useLanguage();
  const days = new Map<string, FormEntry[]>();
  for (const entry of entries) {
    const day = dayText(entry.at, language);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days].map(([day, done]) => (
    <section key={day} className="card">
      <h3>{day}</h3>
      <ol>
        {done.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several things may be done to one field in one change
          <li key={`${entry.version} ${entry.field} ${index}`}>
            <Entry caseId={caseId} entry={entry} />
          </li>
        ))}
      </ol>
    </section>
  ));
}

function Entry({ caseId, entry }: { caseId: string; entry: FormEntry }) {
  const texts = useTexts(HISTORY);
  const { language } = useLanguage();
  const { person } = useSession();
  const { form } = useForm(caseId);
  const { at, by, field, action } = entry;
  const name = pathText(field, language, form);
  const isField = action === "set" || action === "revert";
  return (
    <div className="history-entry">
      <span className="hint number">{timeText(at, language)}</span>
      <span>{by === person?.id ? texts.you : <Mixed text={by} />}</span>
      <span>
        {(texts[action] ?? texts.set)(name)} {action === "set" && <Change entry={entry} />}
      </span>
      {isField && <Link href={`/cases/${caseId}/review?field=${encodeURIComponent(field)}`}>{texts.toField}</Link>}
    </div>
  );
}

function Change({ entry: { field, before, after } }: { entry: FormEntry }) {
  const texts = useTexts(HISTORY);
  const definition = definitionOf(field);
  return (
    <>
      <strong>
        <Value definition={definition} value={after} />
      </strong>{" "}
      <span className="hint">
        {texts.insteadOf} <Value definition={definition} value={before} />
      </span>
    </>
  );
}
