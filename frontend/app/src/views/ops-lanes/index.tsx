// What waits, and for how long? As far as the list of jobs tells; queues and dead letters are asked for elsewhere.

import "../ops-jobs/style.css";
import { errorText } from "@casework/client/messages";
import { keyOf } from "@casework/client/query";
import { useClient } from "@casework/client/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link } from "wouter";
import { addressOf } from "../../data/job-filters.js";
import { type Lane, lanesNow, MOST_COUNTED } from "../../data/lanes.js";
import { duration, moment } from "../../data/operations.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { Loading } from "../../parts/loading.js";
import { Ltr } from "../../parts/mixed.js";
import { Operations } from "../../parts/operations.js";
import { useSurroundings } from "../../surroundings.js";
import { LANES } from "./texts.js";

const EVERY_MS = 10_000;

export function OpsLanesView() {
  return (
    <Operations>
      <Lanes />
    </Operations>
  );
}

function Lanes() {
  const texts = useTexts(LANES);
  const messages = useMessages();
  const client = useClient();
  const { language } = useLanguage();
  const { data, error, dataUpdatedAt } = useQuery({
    queryKey: keyOf(client, "lanes"),
    queryFn: ({ signal }) => lanesNow(client, { signal, now: Date.now() }),
    refetchInterval: EVERY_MS,
  });
  useEffect(() => {
    document.title = `${texts.title} · Casework`;
  }, [texts]);
  return (
    <>
      <h1>{texts.title}</h1>
      {error && (
        <p role="alert" className="notice bad">
          {errorText(messages, error)}
        </p>
      )}
      {data ? (
        <>
          <p className="muted">{texts.asOf(moment(dataUpdatedAt, language))}</p>
          {data.isMore && <p className="notice warn">{texts.more(MOST_COUNTED)}</p>}
          <LaneTable lanes={data.lanes} now={dataUpdatedAt} />
        </>
      ) : (
        !error && <Loading />
      )}
      <Elsewhere />
    </>
  );
}

function LaneTable({ lanes, now }: { lanes: Lane[]; now: number }) {
  const texts = useTexts(LANES);
  const { language } = useLanguage();
  return (
    <table className="card">
      <thead>
        <tr>
          {[texts.lane, texts.waiting, texts.oldest, texts.others, texts.running].map((name) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lanes.map(({ name, waiting, oldest, others, running }) => (
          <tr key={name}>
            <th scope="row">{texts.names[name]}</th>
            <td className="number">
              <Link href={addressOf({ status: "pending" })}>{waiting}</Link>
            </td>
            <td className="number">
              {oldest ? (
                <Link href={`/ops/jobs/${encodeURIComponent(oldest.job_id)}`}>
                  {duration(now - Date.parse(oldest.created_at), language)}
                </Link>
              ) : (
                "–"
              )}
            </td>
            <td className="number">{others}</td>
            <td className="number">
              <Link href={addressOf({ status: "running" })}>{running}</Link>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Elsewhere() {
  const texts = useTexts(LANES);
  const { stage } = useSurroundings().config;
  const of = stage && stage !== "local" ? stage : "dev";
  return (
    <section className="stack">
      <h2>{texts.elsewhere}</h2>
      <p>{texts.why}</p>
      <dl className="facts">
        {(["status", "dlq", "redrive"] as const).map((command) => (
          <div key={command}>
            <dt>
              <code>
                <Ltr text={`make ${command} STAGE=${of}`} />
              </code>
            </dt>
            <dd>{texts.commands[command]}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
