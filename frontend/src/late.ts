// Which parts of the client does a page load only when it uses them?

import { NetworkError, UserChangedError } from "./errors.js";
import type { Api } from "./http.js";
import type { JobStore } from "./job-store.js";
import type { Live } from "./live.js";
import type { Session } from "./session.js";

type Methods<P> = { [Name in keyof P]: (...args: never[]) => Promise<unknown> };

/**
 * A part whose code is loaded with the first call; `names` are all its methods. Beside their own errors they throw
 * NetworkError when the code cannot be loaded, without network or in a page that is older than its server, and
 * UserChangedError when another person has come meanwhile.
 */
export function late<P extends Methods<P>>(session: Session, load: () => Promise<P>, names: Record<keyof P, 1>): P {
  const call = async (name: keyof P, args: never[]) => {
    const { person } = session;
    const part = await load().catch((cause: unknown) => {
      throw new NetworkError("A part of the client cannot be loaded.", { cause });
    });
    if (session.person !== person) throw new UserChangedError("Another user has logged in.");
    return part[name](...args);
  };
  const methods = Object.keys(names).map((name) => [name, (...args: never[]) => call(name as keyof P, args)]);
  return Object.fromEntries(methods) as P;
}

/** Live updates, loaded with the first job that is followed; until then, and when that fails, jobs are polled. */
export function lateLive(around: { api: Api; store: JobStore }): Live {
  let live: Live | null = null;

  return {
    isLive: (jobId) => live?.isLive(jobId) ?? false,
    follow(jobId, onChange) {
      if (live) return live.follow(jobId, onChange);
      let stop = () => {};
      const begin = (createLive: typeof import("./live.js")["createLive"]) => {
        live ??= createLive(around);
        stop = live.follow(jobId, onChange);
      };
      let isOver = false;
      if (around.api.ports.socket)
        import("./live.js").then(
          (part) => isOver || begin(part.createLive),
          () => undefined,
        );
      return () => {
        isOver = true;
        stop();
      };
    },
  };
}
