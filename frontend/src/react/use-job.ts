// How is a job now? Followed while the component is there, drawn anew with every change.

import { useEffect, useState } from "react";
import type { Sight } from "../watch.js";
import { useClient } from "./provider.js";

const NOTHING: Sight = { job: null, trouble: null, failure: null };

/** The job with this id as it is now; nothing while there is no id. */
export function useJob(jobId: string | null): Sight {
  const client = useClient();
  const [seen, setSeen] = useState({ jobId, sight: NOTHING });
  useEffect(() => {
    if (jobId === null) return;
    return client.watchJob(jobId, (sight) => setSeen({ jobId, sight }));
  }, [client, jobId]);
  return seen.jobId === jobId ? seen.sight : NOTHING; // never another job's, not for one frame
}
