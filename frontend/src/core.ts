// What do the parts of the client share? The API, the jobs that are known, those that are followed, and the starts.

import { UsageError } from "./errors.js";
import type { Api, CallOptions } from "./http.js";
import type { Job } from "./job.js";
import type { JobStore } from "./job-store.js";
import type { Pin } from "./session.js";
import type { Starter } from "./starts.js";
import type { Watches } from "./watch.js";

const cores = new WeakMap<object, Core>();

/** Let parts that a page need not load, e.g. lists that are followed, reach what the client is made of. */
export function lend<C extends object>(client: C, core: Core): C {
  cores.set(client, core);
  return client;
}

export function coreOf(client: object): Core {
  const core = cores.get(client);
  if (!core) throw new UsageError("This is not a client of createClient.");
  return core;
}

export interface Core extends Starter {
  api: Api;
  store: JobStore;
  watches: Watches;
  cancel(jobId: string, options?: CallOptions & { pin?: Pin }): Promise<Job>;
}
