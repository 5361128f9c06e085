// Which parts of the client does a page load only when it uses them?

import { FOR_EVER, patiently } from "./backoff.js";
import { asOurs, NetworkError, UserChangedError } from "./errors.js";
import type { JobListener } from "./job-view.js";
import { safely } from "./ports.js";
import type { Person, Session } from "./session.js";
import { unlessAborted } from "./signals.js";
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
      if (session.person !== person) throw new UserChangedError("Another user has logged in.");
      return (part[name] as Method)(...args);
    }) satisfies Method;
  return Object.fromEntries(names.map((name) => [name, methodOf(name)])) as Pick<P, Name>;
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
      const left = new AbortController();
      let stop = store.subscribe(jobId, () => {}); // what is known already is kept for the code that comes
      const view = () => ({ job: store.peek(jobId)?.job ?? null, error: null, connection: "lost" as const });
      const onTrouble = (error: unknown) => safely(ports, () => listener(view(), asOurs(error)));
      const loading = patiently(load, { ...FOR_EVER, ports, signal: left.signal, onTrouble });
      loading.then(
        ({ watches }) => {
          if (left.signal.aborted) return;
          const leave = stop;
          stop = watches.watch(jobId, listener, person);
          leave();
        },
        () => {}, // it was left
      );
      return () => {
        left.abort();
        stop();
      };
    },
    endAll: (why) => loaded?.watches.endAll(why),
    preload: () => void load().catch(() => {}),
  };
}
