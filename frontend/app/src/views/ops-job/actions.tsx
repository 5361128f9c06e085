import type { AnyJob } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { useClient } from "@casework/client/react";
import { useState } from "react";
import { Link } from "wouter";
import { useMessages, useTexts } from "../../language.js";
import { JOB } from "./texts.js";

type Asked = { isAsking: boolean; error: Error | null; newJobId: string | null };

/** Cancel an open job; run one again that has ended, which is asked for twice. */
export function JobActions({ job }: { job: AnyJob }) {
  const texts = useTexts(JOB);
  const messages = useMessages();
  const client = useClient();
  const [{ isAsking, error, newJobId }, setAsked] = useState<Asked>({ isAsking: false, error: null, newJobId: null });
  const put = (change: Partial<Asked>) => setAsked((before) => ({ ...before, ...change }));
  const failed = (refusal: Error) => put({ error: refusal });

  async function retry(): Promise<void> {
    put({ isAsking: false, error: null });
    await client.retry(job.job_id).then(({ job_id }) => put({ newJobId: job_id }), failed);
  }

  return (
    <span className="actions">
      {!job.done && (
        <button
          type="button"
          className="small danger"
          aria-disabled={job.cancel_requested}
          onClick={() => job.cancel_requested || client.cancel(job.job_id).catch(failed)}
        >
          {job.cancel_requested ? texts.cancelling : texts.cancel}
        </button>
      )}
      {job.done && !isAsking && (
        <button type="button" className="small" onClick={() => put({ isAsking: true })}>
          {texts.retry}
        </button>
      )}
      {isAsking && (
        <>
          {texts.reallyRetry}
          <button type="button" className="small primary" onClick={retry}>
            {texts.run}
          </button>
          <button type="button" className="small" onClick={() => put({ isAsking: false })}>
            {texts.back}
          </button>
        </>
      )}
      <span role="status">
        {newJobId && <Link href={`/ops/jobs/${encodeURIComponent(newJobId)}`}>{texts.openNew}</Link>}
      </span>
      {error && (
        <span role="alert" className="error">
          {errorText(messages, error)}
        </span>
      )}
    </span>
  );
}
