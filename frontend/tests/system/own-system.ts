// Which system does a test file talk to? Its own: files run side by side, and each sets its pace.

import { afterAll, beforeAll } from "vitest";
import { LocalSystem, type SystemOptions, startLocalSystem } from "../../local/system.js";

/** A system for the tests of the calling file; it can be used from its first hook or test on. */
export function ownSystem(options: SystemOptions | (() => Promise<SystemOptions>)): LocalSystem {
  const own = new LocalSystem({ api: 0, aws: 0, model: 0, socket: 0 });
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const started = await startLocalSystem(typeof options === "function" ? await options() : options);
    stop = started.stop;
    own.ports = started.system.ports;
  });
  afterAll(() => stop?.());
  return own;
}
