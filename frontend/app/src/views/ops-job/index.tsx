// What happened to one job? Its facts, why it waits or failed, its timeline, its steps and its deliveries.

import "../ops-jobs/style.css";
import { type AnyJob, isProblem } from "@casework/client";
import { errorText, progressText } from "@casework/client/messages";
import { useJob } from "@casework/client/react";
import { type ReactNode, useEffect } from "react";
import { Link, useParams } from "wouter";
import { addressOf } from "../../data/job-filters.js";
import { between, dollars, duration, moment } from "../../data/operations.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { JobStatusBadge } from "../../parts/job-status.js";
import { Loading } from "../../parts/loading.js";
import { Ltr, Mixed } from "../../parts/mixed.js";
import { Operations } from "../../parts/operations.js";
import { OPS } from "../ops-jobs/texts.js";
import { JobActions } from "./actions.js";
import { Deliveries } from "./deliveries.js";
import { Steps } from "./steps.js";
import { JOB } from "./texts.js";
import { Timeline } from "./timeline.js";

export function OpsJobView() {
  const { jobId = "" } = useParams();
  return (
    <Operations>
      <OneJob key={jobId} jobId={jobId} />
    </Operations>
  );
}

function OneJob({ jobId }: { jobId: string }) {
  const texts = useTexts(JOB);
  const { types } = useTexts(OPS);
  const messages = useMessages();
  const { job, error, connection } = useJob(jobId) as { job: AnyJob | null; error: Error | null; connection: "ok" };
  useEffect(() => {
    document.title = `${texts.job} ${jobId} · Casework`;
  }, [texts, jobId]);
  if (isProblem(error, "not_found")) return <h1>{texts.missing}</h1>;
  if (error) return <p role="alert">{errorText(messages, error)}</p>;
  if (!job) return <Loading />;
  return (
    <>
      <header className="job-head">
        <h1>{types[job.job_type] ?? <Ltr text={job.job_type} />}</h1>
        <JobStatusBadge job={job} />
        <Ltr text={jobId} />
        <JobActions job={job} />
      </header>
      {connection !== "ok" && (
        <p role="status" className="notice warn">
          {messages.connections[connection]}
        </p>
      )}
      {!job.done && (
        <div className="stack">
          <Mixed as="p" text={`${job.progress}% – ${progressText(messages, job)}`} />
          <progress max={100} value={job.progress} aria-label={texts.job} />
        </div>
      )}
      <Facts job={job} />
      {job.error_info && <Why job={job} info={job.error_info} />}
      <Timeline job={job} />
      <Steps steps={job.steps ?? []} />
      <Deliveries job={job} />
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ job }: { job: AnyJob }) {
  const texts = useTexts(JOB);
  const { language } = useLanguage();
  const { case_id, user_id, requested_by } = job.metadata;
  const { created_at, started_at, completed_at, usage } = job;
  const at = (time: string) => <Ltr text={moment(time, language)} />;
  const count = (tokens: number) => tokens.toLocaleString(language);
  return (
    <section aria-label={texts.facts}>
      <dl className="facts card">
        <Fact name={texts.case}>
          <Link href={`/cases/${encodeURIComponent(String(case_id))}`}>
            <Ltr text={String(case_id)} />
          </Link>
        </Fact>
        <Fact name={texts.user}>
          <Link href={addressOf({ user_id: String(user_id) })}>
            <Ltr text={String(user_id)} />
          </Link>
        </Fact>
        {requested_by !== user_id && (
          <Fact name={texts.requestedBy}>
            <Ltr text={String(requested_by)} />
          </Fact>
        )}
        <Fact name={texts.created}>{at(created_at)}</Fact>
        <Fact name={texts.waited}>{duration(between(created_at, started_at ?? job.updated_at), language)}</Fact>
        <Fact name={texts.ran}>{duration(between(started_at, completed_at ?? job.updated_at), language)}</Fact>
        {completed_at && <Fact name={texts.ended}>{at(completed_at)}</Fact>}
        <Fact name={texts.attempt}>
          <Ltr text={`${job.attempt}/${job.max_attempts}`} />
        </Fact>
        <Fact name={texts.priority}>{texts.priorities[job.priority]}</Fact>
        <Waiting job={job} />
        {!job.done && <Fact name={texts.deadline}>{at(job.deadline_at)}</Fact>}
        <Fact name={texts.deleted}>{at(job.expires_at)}</Fact>
        {job.retried_from && (
          <Fact name={texts.repeats}>
            <Link href={`/ops/jobs/${encodeURIComponent(job.retried_from)}`}>
              <Ltr text={job.retried_from} />
            </Link>
          </Fact>
        )}
        <Fact name={texts.tokens}>
          {texts.tokensOf(count(usage.input_tokens), count(usage.output_tokens), count(usage.cached_tokens))}
        </Fact>
        <Fact name={texts.cost}>
          <Ltr text={dollars(usage.cost_usd)} />
        </Fact>
      </dl>
    </section>
  );
}

/** What wakes it next, and when. */
function Waiting({ job }: { job: AnyJob }) {
  const texts = useTexts(JOB);
  const messages = useMessages();
  const { language } = useLanguage();
  if (!job.waiting_for) return null;
  return (
    <Fact name={texts.waits}>
      {messages.waiting[job.waiting_for]}
      {job.next_attempt_at && `, ${texts.next(moment(job.next_attempt_at, language))}`}
    </Fact>
  );
}

function Why({ job, info }: { job: AnyJob; info: NonNullable<AnyJob["error_info"]> }) {
  const texts = useTexts(JOB);
  const { failures } = useMessages();
  return (
    <section aria-label={texts.why} className="notice bad">
      <h2>{failures[info.code] ?? info.title}</h2>
      {job.error && <Mixed as="p" text={job.error} />}
      <p>
        {info.retryable ? texts.mayPass : texts.final} · {texts.attempt} <Ltr text={String(info.attempt)} />
        {info.provider && (
          <>
            {" "}
            · {texts.provider} <Ltr text={`${info.provider} ${info.provider_status ?? ""}`.trim()} />
          </>
        )}
        {info.provider_request_id && (
          <>
            {" "}
            · {texts.request} <Ltr text={info.provider_request_id} />
          </>
        )}
      </p>
      <p>{texts.runbook}</p>
    </section>
  );
}
