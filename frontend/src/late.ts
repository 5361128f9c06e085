// Which parts of the client does a page load only when it uses them?

import { FOR_EVER, patiently } from "./backoff.js";
import type { Client } from "./client.js";
import { coreOf } from "./core.js";
import { asOurs, type CaseworkError, NetworkError, type UserChangedError } from "./errors.js";
import { EMPTY_LIST, type JobList } from "./job-list-state.js";
import type { JobListener } from "./job-view.js";
import type { JobListQuery } from "./jobs.js";
import { type Ports, safely } from "./ports.js";
import type { Person, Session } from "./session.js";
import { unlessAborted } from "./signals.js";
import { type Added, addedOf, type UploadItem, type Uploads } from "./upload-item.js";
import type { Work, WorkAround } from "./work.js";

// biome-ignore lint/suspicious/noExplicitAny: whatever arguments the methods take
type Method = (...args: any[]) => Promise<unknown>;

/** Loads once; what could not be loaded is loaded again by the next call. */
export function once<P>(load: () => Promise<P>): () => Promise<P> {
  let part: Promise<P> | null = null;
  return () => {
    part ??= load().catch((cause: unknown) => {
      part = null;
      throw new NetworkError("A part of the client cannot be loaded.", { cause });
    });
    return part;
  };
}

/**
 * These methods of a part whose code is loaded with the first call. Beside their own errors they throw NetworkError when
 * the code cannot be loaded, without network or in a page that is older than its server; UserChangedError when another
 * person has come meanwhile; and the reason of the signal in their options.
 */
export function late<P, Name extends keyof P>(
  session: Session,
  load: () => Promise<P>,
  ...names: Name[]
): Pick<P, Name> {
  const methodOf = (name: Name) =>
    (async (...args) => {
      const { person } = session;
      const part = await unlessAborted(load(), args[args.length - 1]?.signal);
      if (session.person !== person) person.throwIfOver();
      return (part[name] as Method)(...args);
    }) satisfies Method;
  return Object.fromEntries(names.map((name) => [name, methodOf(name)])) as Pick<P, Name>;
}

/**
 * Join a part as soon as it is loaded, which is tried again until the function that this returns is called: that leaves.
 */
function joined<P>(
  load: () => Promise<P>,
  join: (part: P) => () => void,
  { ports, onTrouble }: { ports: Ports; onTrouble: (error: unknown) => void },
): () => void {
  const left = new AbortController();
  const { signal } = left;
  let leave = () => left.abort();
  const report = (error: unknown) => signal.aborted || safely(ports, () => onTrouble(error));
  patiently(load, { ...FOR_EVER, ports, signal, onTrouble: report }).then(
    (part) => {
      if (!signal.aborted) leave = join(part);
    },
    () => {}, // it was left
  );
  return () => leave();
}

/** What starts and follows jobs, loaded when it is first used. */
export interface LateWork {
  calls<Name extends keyof Work>(...names: Name[]): Pick<Work, Name>;
  /** Follow a job: see `Watches`. While the code cannot be loaded, the connection is lost. */
  watch(jobId: string, listener: JobListener, person?: Person | null): () => void;
  /** Nobody is followed any longer who was. */
  endAll(why: UserChangedError): void;
  /** Load it before it is used. */
  preload(): void;
}

export function lateWork(around: WorkAround): LateWork {
  const { api, store } = around;
  const { ports, session } = api;
  let loaded: ReturnType<typeof import("./work.js")["createWork"]> | null = null;
  const load = once(async () => {
    const { createWork } = await import("./work.js");
    loaded ??= createWork(around);
    return loaded;
  });

  return {
    calls: (...names) => late(session, async () => (await load()).work, ...names),
    watch(jobId, listener, person) {
      if (loaded) return loaded.watches.watch(jobId, listener, person);
      const forget = store.subscribe(jobId, () => {}); // what is known already is kept for the code that comes
      const onTrouble = (error: unknown) => {
        const known = store.peek(jobId)?.job;
        const job = known?.done ? null : (known ?? null); // an end is shown with its result only
        listener({ job, error: null, connection: "lost" }, asOurs(error));
      };
      const leave = joined(load, ({ watches }) => watches.watch(jobId, listener, person), { ports, onTrouble });
      return () => {
        leave();
        forget();
      };
    },
    endAll: (why) => loaded?.watches.endAll(why),
    preload: () => void load().catch(() => {}),
  };
}

/** A list of jobs whose code is loaded when somebody looks at it; while that fails, its connection is lost. */
export function lateJobList(client: Client, query: Omit<JobListQuery, "cursor">): JobList {
  const { ports } = coreOf(client).api;
  const load = once(async () => (await import("./job-list.js")).createJobList(client, query));
  let list: JobList | null = null;
  let state = EMPTY_LIST;

  return {
    getState: () => (list ? list.getState() : state),
    subscribe(listener) {
      if (list) return list.subscribe(listener);
      const onTrouble = () => {
        state = { ...EMPTY_LIST, connection: "lost" };
        listener();
      };
      const join = (loaded: JobList) => {
        list = loaded;
        return list.subscribe(listener);
      };
      return joined(load, join, { ports, onTrouble });
    },
    loadMore: async () => list?.loadMore(),
  };
}

/** A queue of uploads whose code is loaded when somebody looks at it; until then what is added waits. */
export function lateUploads(client: Client, caseId: string): Uploads {
  const { ports, session } = coreOf(client).api;
  let added: Added[] = [];
  let { person } = session;
  const own = () => (session.person === person ? added : []); // also when nobody looks who would have dropped them
  const load = once(async () => (await import("./documents.js")).createUploads(client, caseId, own()));
  let queue: Uploads | null = null;
  let state: readonly UploadItem[] = [];
  let tell = () => {};

  function show(error: CaseworkError | null): void {
    state = added.map(({ item }) => ({ ...item, error }));
    tell();
  }

  return {
    getState: () => (queue ? queue.getState() : session.person && state),
    subscribe(listener) {
      if (queue) return queue.subscribe(listener);
      tell = listener;
      const ignoreSession = session.onChange(() => {
        added = [];
        state = [];
        queueMicrotask(tell);
      });
      const join = (loaded: Uploads) => {
        queue = loaded;
        tell();
        return queue.subscribe(listener);
      };
      const leave = joined(load, join, { ports, onTrouble: (error) => show(asOurs(error)) });
      return () => {
        ignoreSession();
        leave();
      };
    },
    add(files, facts) {
      if (queue) return queue.add(files, facts);
      person = session.person;
      added.push(...addedOf(files, facts));
      show(null);
    },
    retry: (id) => queue?.retry(id),
    async remove(id) {
      if (queue) return queue.remove(id);
      added = added.filter(({ item }) => item.id !== id);
      show(null);
    },
  };
}
