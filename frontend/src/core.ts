// What do the parts of the client share? The API, the jobs that are known, the starts, and the part that comes later.

import { UsageError } from "./errors.js";
import type { Api } from "./http.js";
import type { JobStore } from "./job-store.js";
import type { LateWork } from "./late.js";
import type { UnansweredStarts } from "./unanswered.js";

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

export interface Core extends LateWork {
  api: Api;
  store: JobStore;
  unanswered: UnansweredStarts;
}
