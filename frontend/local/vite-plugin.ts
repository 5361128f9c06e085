// Which API does the example page talk to? The one that VITE_CASEWORK_API names, or else one that starts with the page.

import type { Plugin } from "vite";
import { createClient } from "../src/index.js";
import { createSampleCase } from "./sample-case.js";
import { startLocalSystem } from "./system.js";

const EMULATOR_SECONDS = 12;

/** Starts the local system with the sample case, unless VITE_CASEWORK_API, _TOKEN and _CASE name another. */
export function localCasework(): Plugin {
  return {
    name: "local-casework",
    apply: "serve",
    async config() {
      if (process.env.VITE_CASEWORK_API) return {};
      console.log("Starting Casework on this machine …");
      const { system } = await startLocalSystem({ emulatorSeconds: EMULATOR_SECONDS });
      const token = system.token("example");
      const client = createClient({ baseUrl: system.apiUrl, getToken: () => token });
      const env = {
        VITE_CASEWORK_API: system.apiUrl,
        VITE_CASEWORK_TOKEN: token,
        VITE_CASEWORK_CASE: await createSampleCase(client),
      };
      const named = Object.entries(env).map(([name, value]) => [`import.meta.env.${name}`, JSON.stringify(value)]);
      return { define: Object.fromEntries(named) };
    },
  };
}
