import type { AnyJob } from "@casework/client";
import { useTexts } from "../language.js";
import { OPS } from "../views/ops-jobs/texts.js";

const TONES = { pending: "", running: "info", completed: "ok", failed: "bad", cancelled: "warn" };

/** How a job is, in a word; a failed one with its code. */
export function JobStatusBadge({ job }: { job: AnyJob }) {
  const { statuses, cancelling } = useTexts(OPS);
  const isCancelling = job.cancel_requested && !job.done;
  return (
    <>
      <span className={`badge ${TONES[job.status]}`}>{isCancelling ? cancelling : statuses[job.status]}</span>
      {job.error_info && (
        <bdi dir="ltr" lang="en" className="code">
          {job.error_info.code}
        </bdi>
      )}
    </>
  );
}
