import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, test } from "vitest";
import { createSampleCase } from "../../local/sample-case.js";
import { openBrowser, picture, serveExample } from "./browser.js";
import { ownSystem } from "./own-system.js";
import { newUser } from "./user.js";

const JOB_SECONDS = 60;
/** One answer of the model, and three seconds around it, are a job of `JOB_SECONDS`. */
const EMULATOR_SECONDS = JOB_SECONDS - 3;
const OFFLINE_MS = 30_000;
const PATIENCE_MS = 90_000;

const MOST_REQUESTS = 15;
const MOST_BODY_BYTES = 12 * 1024;

const system = ownSystem({ emulatorSeconds: EMULATOR_SECONDS });
let browser: BrowserContext;
const endings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const opened = await openBrowser();
  browser = opened.browser;
  endings.push(opened.close);
});

afterAll(async () => {
  for (const end of endings) await end();
});

describe.concurrent("a job of a minute", () => {
  test("takes at most 15 requests and 12 KB of bodies before its result", async ({ expect, annotate }) => {
    const { client, exchanges } = newUser(system);
    const caseId = await createSampleCase(client);
    const before = exchanges.length;

    const { job_id } = await client.start("document_analysis_form7801", caseId);
    const job = await client.waitForJob(job_id);

    const own = exchanges.slice(before);
    const early = own.filter((one) => !one.isResult);
    const bodies = early.reduce((sum, one) => sum + one.sent + one.received, 0);
    const headers = early.reduce((sum, one) => sum + one.headers, 0);
    const seconds = (Date.parse(job.completed_at ?? "") - Date.parse(job.created_at)) / 1000;
    await annotate(
      `${seconds} s: ${own.length} requests, ${bodies} bytes of bodies and ${headers} of headers before the result`,
    );
    expect(job.status).toBe("completed");
    expect(seconds).toBeGreaterThan(0.9 * JOB_SECONDS);
    expect(own.filter((one) => one.isResult)).toHaveLength(1);
    expect(own.length).toBeLessThanOrEqual(MOST_REQUESTS);
    expect(bodies).toBeLessThanOrEqual(MOST_BODY_BYTES * Math.max(1, seconds / JOB_SECONDS)); // on a busy machine
  });

  test("survives half a minute without network, a killed API and a reload", async ({ expect }) => {
    const user = newUser(system);
    const caseId = await createSampleCase(user.client);
    const server = await serveExample(system, { token: user.token, caseId });
    endings.unshift(server.close);
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(server.url);
    const card = page.getByRole("region", { name: "טופס 7801" });
    await card.getByRole("button", { name: "התחלת ניתוח AI" }).click();
    await expect.poll(() => progressOf(page)).toBeGreaterThan(0);
    const offline = card.getByText("אין חיבור לשרת כרגע.");
    const before = await progressOf(page);

    await browser.setOffline(true);
    await page.waitForTimeout(OFFLINE_MS);
    await offline.waitFor();
    await picture(card, "example-offline");
    const meanwhile = await progressOf(page);
    await browser.setOffline(false);
    await offline.waitFor({ state: "hidden" });
    const after = await progressOf(page);

    system.killApi();
    await page.reload();
    await card.getByText(/^מנתח… \d+% – ./).waitFor();
    await card.getByRole("article", { name: "תוצאה" }).waitFor();

    const { jobs } = await user.client.jobs.list();
    expect(meanwhile).toBe(before);
    expect(after).toBeGreaterThan(before);
    expect(jobs.map((job) => [job.status, job.attempt])).toEqual([["completed", 1]]);
  });
});

async function progressOf(page: Page): Promise<number> {
  const bar = page.getByRole("progressbar");
  return (await bar.count()) ? Number(await bar.getAttribute("value")) : 0;
}
