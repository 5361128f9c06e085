// How soon does a page see that a job is done? A real Chromium, a real socket, real processes; both clocks are this machine's.

import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { createSampleCase } from "../../local/sample-case.js";
import { figure } from "../figures.js";
import { openExample } from "./example-page.js";
import { ownSystem } from "./own-system.js";

const ROUNDS = 6;
const JOBS_AT_A_TIME = 4;
/** The aim is 1 s; a machine that is busy takes longer. That it is not polls that bring it, the number of GETs shows. */
const LONGEST_MS = 5_000;

const system = ownSystem({ emulatorSeconds: 1 });
const example = openExample(system);

/** Follow these jobs in the page, all by one client; when each was seen to be done, in milliseconds since 1970. */
async function seenDoneAt(page: Page, { token }: { token: string }, jobIds: string[]): Promise<Record<string, number>> {
  const source = `/@fs${fileURLToPath(new URL("../../src/index.ts", import.meta.url))}`;
  const content = `import { createClient } from "${source}"; globalThis.createClient = createClient;`;
  await page.addScriptTag({ type: "module", content });
  await page.waitForFunction("globalThis.createClient");
  return page.evaluate(
    async ({ baseUrl, token, jobIds }) => {
      const { createClient } = globalThis as unknown as typeof import("../../src/index.js");
      const casework = createClient({ baseUrl, getToken: () => token, storage: null });
      const seen: Record<string, number> = {};
      const followed = jobIds.map(
        (id) =>
          new Promise<void>((resolve) => {
            casework.watchJob(id, ({ job }) => {
              if (!job?.done) return;
              seen[id] = Date.now();
              resolve();
            });
          }),
      );
      await Promise.all(followed);
      casework.close();
      return seen;
    },
    { baseUrl: system.apiUrl, token, jobIds },
  );
}

test("the end of a job is seen in Chromium at once, its result included", async () => {
  const { page, user } = example;
  const gets: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "GET" && /\/jobs\/[^/?]+$/.test(request.url())) gets.push(request.url());
  });
  const tookMs: number[] = [];
  const newCases = Array.from({ length: JOBS_AT_A_TIME }, () => createSampleCase(user.client));
  const caseIds = await Promise.all(newCases);
  await system.setPace(4); // so that the socket is open when they end
  for (let round = 0; round < ROUNDS; round++) {
    const starts = caseIds.map((caseId) => user.client.start("call_analysis", caseId));
    const jobIds = (await Promise.all(starts)).map(({ job_id }) => job_id);
    const seen = await seenDoneAt(page, user, jobIds);
    for (const jobId of jobIds) {
      const { completed_at } = await user.client.jobs.get(jobId);
      tookMs.push((seen[jobId] ?? Number.NaN) - Date.parse(completed_at ?? ""));
    }
  }

  tookMs.sort((one, other) => one - other);
  const [p50 = 0, p95 = 0] = [0.5, 0.95].map((share) => tookMs[Math.ceil(share * tookMs.length) - 1]);
  const count = tookMs.length;
  figure(
    `done → seen in Chromium, ${count} jobs`,
    `p50 ${p50} ms, p95 ${p95} ms, worst ${tookMs.at(-1)} ms`,
    "p95 ≤ 1000",
  );
  figure("GETs of each of them", (gets.length / count).toFixed(1), "≤ 3");
  expect(p95).toBeLessThanOrEqual(LONGEST_MS);
  expect(gets.length / count).toBeLessThanOrEqual(3);
});
