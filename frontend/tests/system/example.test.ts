import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createSampleCase } from "../../local/sample-case.js";
import { openBrowser, picture, serveExample } from "./browser.js";
import { ownSystem } from "./own-system.js";
import { newUser, type User } from "./user.js";

const PATIENCE_MS = 40_000;
const system = ownSystem({ emulatorSeconds: 1 });

let browser: BrowserContext;
let closeBrowser: () => Promise<void>;
let user: User;
let caseId: string;
let page: Page;
let closeServer: () => Promise<void>;

beforeAll(async () => {
  ({ browser, close: closeBrowser } = await openBrowser());
});

afterAll(() => closeBrowser());

beforeEach(async () => {
  user = newUser(system);
  caseId = await createSampleCase(user.client);
  const server = await serveExample(system, { token: user.token, caseId });
  closeServer = server.close;
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(server.url);
  await page.getByRole("heading", { level: 1 }).getByText("תביעת נכות").waitFor();
});

afterEach(async () => {
  await page.close();
  await closeServer();
  await system.setPace(1);
});

const card = (title: string) => page.getByRole("region", { name: title });
const form = () => card("טופס 7801");

test("a press on the button starts an analysis, its progress is seen, and its result", async () => {
  await system.setPace(8);

  await form().getByRole("button", { name: "התחל ניתוח AI" }).click();
  await form()
    .getByRole("button", { name: /^מנתח\.\.\. \d+% – .+/ })
    .waitFor();
  const bar = form().getByRole("progressbar");
  await expect
    .poll(async () => Number(await bar.getAttribute("aria-valuenow")), { timeout: PATIENCE_MS })
    .toBeGreaterThan(0);
  await picture(page.locator("main"), "example-running");
  await form().getByRole("article", { name: "תוצאה" }).waitFor();
  await picture(form(), "example-result");

  expect(await form().getByText("תמר דוגמא-לדוגמה").count()).toBeGreaterThan(0);
  expect(await form().getByRole("progressbar").count()).toBe(0);
  const { jobs } = await user.client.listJobs({ case_id: caseId });
  expect(jobs.map((job) => job.status)).toEqual(["completed"]);
});

test("a running analysis is cancelled, and another can be started", async () => {
  await system.setPace(30);
  await form().getByRole("button", { name: "התחל ניתוח AI" }).click();

  await form().getByRole("button", { name: "ביטול" }).click();

  await form().getByText("הניתוח בוטל.").last().waitFor();
  await form().getByRole("button", { name: "התחל ניתוח AI" }).waitFor();
  const { jobs } = await user.client.listJobs({ case_id: caseId });
  expect(jobs.map((job) => job.status)).toEqual(["cancelled"]);
});

test("a failed analysis says why, in Hebrew, and can be tried again", async () => {
  await system.addFault({ kind: "quota", provider: "openai" });

  await form().getByRole("button", { name: "התחל ניתוח AI" }).click();
  const alert = form().getByRole("alert");
  await alert.waitFor();
  await picture(form(), "example-failed");
  const said = await alert.textContent();
  await form().getByRole("button", { name: "נסה שוב" }).click();
  await form().getByRole("article", { name: "תוצאה" }).waitFor();

  expect(said).toBe("שגיאה: מכסת השימוש בבינה המלאכותית נוצלה. פנו למנהל המערכת.");
});

test("all of it can be done with the keyboard, from right to left", async () => {
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await form()
    .getByRole("button", { name: /^מנתח\.\.\./ })
    .waitFor();

  expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^מנתח/);
  expect(await page.evaluate(() => getComputedStyle(document.body).direction)).toBe("rtl");
  await form().getByRole("article", { name: "תוצאה" }).waitFor();
});
