import type { AnyJob, Delivery } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { keyOf } from "@casework/client/query";
import { useClient } from "@casework/client/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { moment } from "../../data/operations.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { Ltr } from "../../parts/mixed.js";
import { JOB } from "./texts.js";

const EVERY_MS = 5_000;

/** Who was sent the job's end, and what they answered; the next try can be made now. */
export function Deliveries({ job: { job_id, done } }: { job: AnyJob }) {
  const texts = useTexts(JOB);
  const messages = useMessages();
  const client = useClient();
  const queries = useQueryClient();
  const queryKey = keyOf(client, "job", job_id, "deliveries");
  const { data: tries = [] } = useQuery({
    ...{ queryKey, enabled: done },
    queryFn: ({ signal }) => client.jobs.deliveries(job_id, { signal, retry: false }),
    refetchInterval: ({ state: { data = [] } }) => data.length > 0 && EVERY_MS,
  });
  const resend = useMutation({
    mutationFn: () => client.jobs.resend(job_id),
    onSuccess: () => queries.invalidateQueries({ queryKey }),
  });
  return (
    <section className="stack">
      <h2>{texts.deliveries}</h2>
      {tries.length === 0 ? <p className="muted">{texts.noDeliveries}</p> : <Tries tries={tries} />}
      {tries.length > 0 && (
        <div className="actions">
          <button type="button" className="small" onClick={() => resend.isPending || resend.mutate()}>
            {texts.resend}
          </button>
          <span role="status">{resend.isSuccess && texts.resent}</span>
          {resend.error && (
            <span role="alert" className="error">
              {errorText(messages, resend.error)}
            </span>
          )}
        </div>
      )}
    </section>
  );
}

function Tries({ tries }: { tries: Delivery[] }) {
  const texts = useTexts(JOB);
  const { language } = useLanguage();
  return (
    <table>
      <thead>
        <tr>
          {[texts.attempt, texts.at, texts.answer, texts.nextTry].map((name) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {tries.map(({ attempt, at, status, error, next_attempt_at }) => (
          <tr key={`${attempt} ${at}`}>
            <td className="number">{attempt}</td>
            <td>
              <Ltr text={moment(at, language)} />
            </td>
            <td>{status === null && error === null ? texts.underWay : <Ltr text={String(status ?? error)} />}</td>
            <td>{next_attempt_at ? <Ltr text={moment(next_attempt_at, language)} /> : "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
