// What does the app talk to on this machine? The local system with the sample cases; its config.json is served here.

import type { Plugin } from "vite";
import { createClient, type JobType } from "../src/index.js";
import { createSampleCase, SAMPLE_CASES, type SampleCase } from "./sample-case.js";
import { type LocalSystem, startLocalSystem } from "./system.js";

const EMULATOR_SECONDS = 3;
const ANALYSES: JobType[] = ["document_analysis_form7801", "document_analysis_agent", "call_analysis"];
/** One case is left for the person to analyse. */
const LEFT: SampleCase = "sample_case";

/** Starts the local system when the app is served; CASEWORK_APP_CONFIG names another configuration, as JSON. */
export function localApp(): Plugin {
  let config = process.env.CASEWORK_APP_CONFIG;
  async function begin(): Promise<void> {
    if (config) return;
    console.log("Starting Casework on this machine, with sample cases …");
    const { system } = await startLocalSystem({ emulatorSeconds: EMULATOR_SECONDS });
    config = JSON.stringify(await localConfig(system));
    void addSampleCases(system).catch((error: unknown) => console.error("The sample cases are not complete:", error));
  }
  const answer = (server: {
    middlewares: { use(path: string, handle: (request: unknown, response: Response) => void): void };
  }) =>
    server.middlewares.use("/config.json", (_, response) => {
      response.setHeader("Content-Type", "application/json");
      response.end(config);
    });
  return {
    name: "local-app",
    generateBundle() {
      const api = process.env.CASEWORK_API;
      if (api)
        this.emitFile({ type: "asset", fileName: "config.json", source: `${JSON.stringify({ api }, null, 2)}\n` });
    },
    async configureServer(server) {
      await begin();
      answer(server);
    },
    async configurePreviewServer(server) {
      await begin();
      answer(server);
    },
  };
}

interface Response {
  setHeader(name: string, value: string): void;
  end(text?: string): void;
}

/** A configuration with a caseworker and an operator to sign in as. */
async function localConfig(system: LocalSystem): Promise<object> {
  return {
    api: system.apiUrl,
    stage: "local",
    people: [
      { name: "דנה (עורכת דין)", token: system.token("dana") },
      { name: "רון (תפעול)", token: system.token("ron", { role: "admin" }) },
    ],
  };
}

async function addSampleCases(system: LocalSystem): Promise<void> {
  const token = system.token("dana");
  const client = createClient({ baseUrl: system.apiUrl, getToken: () => token });
  const analysed: string[] = [];
  for (const name of (Object.keys(SAMPLE_CASES) as SampleCase[]).toReversed()) {
    const id = await createSampleCase(client, name);
    if (name !== LEFT) analysed.unshift(id); // the list begins with the case that was made last
  }
  for (const id of analysed) {
    const starts = await Promise.all(ANALYSES.map((jobType) => client.start(jobType, id)));
    await Promise.all(starts.map((start) => client.waitForJob(start)));
  }
}
