// What do the parts of the client share? The API, the jobs that are known, those that are followed, and the starts.

import type { Api, CallOptions } from "./http.js";
import type { Job } from "./job.js";
import type { JobStore } from "./job-store.js";
import type { Pin } from "./session.js";
import type { Starter } from "./starts.js";
import type { Watches } from "./watch.js";

export interface Core extends Starter {
  api: Api;
  store: JobStore;
  watches: Watches;
  cancel(jobId: string, options?: CallOptions & { pin?: Pin }): Promise<Job>;
}
