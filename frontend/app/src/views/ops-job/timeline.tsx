import type { AnyJob, JobEvent } from "@casework/client";
import { keyOf } from "@casework/client/query";
import { useClient } from "@casework/client/react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { between, duration, moment } from "../../data/operations.js";
import { useLanguage, useTexts } from "../../language.js";
import { Ltr } from "../../parts/mixed.js";
import { JOB } from "./texts.js";

/** What happened, one after the other, and how long each took to come; asked again with each version of the job. */
export function Timeline({ job: { job_id, version } }: { job: AnyJob }) {
  const texts = useTexts(JOB);
  const client = useClient();
  const { language } = useLanguage();
  const { data: events = [] } = useQuery({
    queryKey: keyOf(client, "job", job_id, "events", version),
    queryFn: ({ signal }) => client.jobs.events(job_id, { signal, retry: false }),
    placeholderData: keepPreviousData,
  });
  const rows = events.map((event, at) => ({ event, tookMs: between(events[at - 1]?.at, event.at) }));
  const longest = Math.max(1, ...rows.map(({ tookMs }) => tookMs ?? 0));
  return (
    <section>
      <h2>{texts.timeline}</h2>
      <table className="timeline">
        <thead>
          <tr>
            <th scope="col">{texts.at}</th>
            <th scope="col">{texts.event}</th>
            <th scope="col">{texts.after}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ event, tookMs }) => (
            <tr key={event.seq}>
              <td>
                <Ltr text={moment(event.at, language)} />
              </td>
              <td>
                {texts.events[event.type]} <Detail event={event} />
              </td>
              <td className="number">
                {tookMs !== null && (
                  <>
                    {duration(tookMs, language)}
                    <span className="bar" style={{ inlineSize: `${(60 * tookMs) / longest}%` }} />
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Detail({ event: { data } }: { event: JobEvent }) {
  const said = data.step ?? data.code;
  return said ? (
    <bdi dir="ltr" lang="en" className="muted">
      {said}
    </bdi>
  ) : null;
}
