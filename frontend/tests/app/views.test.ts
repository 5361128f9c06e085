import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { figure } from "../figures.js";
import { openBrowser } from "../system/browser.js";
import { ownSystem } from "../system/own-system.js";
import { newUser, type User } from "../system/user.js";
import { axeViolations, expectQuiet, openApp, type ServedApp, serveApp, windowPicture } from "./app.js";
import { analysedCase, CASE_VIEWS, walkCase } from "./case-views.js";

const LARGEST_FIRST_VIEW = 200 * 1024;

const system = ownSystem({ emulatorSeconds: 0 });
let browser: BrowserContext;
let closeBrowser: () => Promise<void>;
let app: ServedApp;
let user: User;
let caseId: string;

beforeAll(async () => {
  ({ browser, close: closeBrowser } = await openBrowser());
  app = await serveApp(system);
  user = newUser(system);
  caseId = await analysedCase(user);
});

afterAll(async () => {
  await closeBrowser();
  await app.close();
});

/** Look at every view of the case. */
const walk = (page: Page, look: (name: string) => Promise<void>) => walkCase(page, { app, caseId }, look);

test.each(["he", "en"] as const)(
  "axe finds nothing on any view, in %s, wide, narrow and in forced colours; nothing runs over, at 200 and 400 % neither",
  async (language) => {
    const { page, complaints } = await openApp(browser, app, { token: user.token, language });
    const found: string[] = [];
    await walk(page, async (name) => {
      await windowPicture(page, `app-${name}-${language}`);
      found.push(...(await axeViolations(page)).map((one) => `${name}: ${one}`));
    });
    await page.setViewportSize({ width: 390, height: 844 });
    await walk(page, async (name) => {
      found.push(...(await axeViolations(page)).map((one) => `${name}, narrow: ${one}`));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 1) found.push(`${name}, narrow: ${over} px too wide`);
    });

    for (const [zoom, width] of [
      ["200 %", 700],
      ["400 %", 350],
    ] as const) {
      await page.setViewportSize({ width, height: width });
      await walk(page, async (name) => {
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 1) found.push(`${name}, at ${zoom}: ${over} px too wide`);
      });
    }
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.emulateMedia({ forcedColors: "active" });
    await walk(page, async (name) => {
      found.push(...(await axeViolations(page)).map((one) => `${name}, forced colours: ${one}`));
    });
    await page.emulateMedia({ forcedColors: null });

    figure(
      `app: axe violations on ${CASE_VIEWS.length} views, ${language}, two widths and forced colours`,
      String(found.length),
      "0",
    );
    expect(found).toEqual([]);
    expectQuiet(complaints);
    await page.close();
  },
  300_000,
);

test("the first view is small, and views of others are not loaded with it", async () => {
  const { page } = await openApp(browser, app, { token: user.token });
  const scripts = new Set<string>();
  page.on("request", (request) => request.resourceType() === "script" && scripts.add(request.url()));
  await page.reload();
  await page.locator(".case-table").waitFor();
  const names = [...scripts].map((url) => url.slice(url.lastIndexOf("/") + 1));
  const built = await readdir(join(app.directory, "assets"));
  let bytes = 0;
  for (const name of names) bytes += gzipSync(await readFile(join(app.directory, "assets", name))).length;

  const limit = `≤ ${LARGEST_FIRST_VIEW / 1024} KB`;
  figure("app: JavaScript of the first view, gzip", `${(bytes / 1024).toFixed(1)} KB in ${names.length} files`, limit);
  expect(bytes).toBeLessThanOrEqual(LARGEST_FIRST_VIEW);
  expect(names.length).toBeLessThan(built.filter((name) => name.endsWith(".js")).length);
  expect(names.some((name) => name.startsWith("oidc"))).toBe(false);
  await page.close();
});

test("a person signs in with a pasted token, changes the language, and signs out", async () => {
  const page = await browser.newPage();
  await page.goto(app.url);
  await page.getByLabel("אסימון (JWT)").fill("not a token");
  await page.getByRole("button", { name: "כניסה" }).click();
  await page.getByRole("alert").getByText("זה אינו אסימון").waitFor();
  const violations = await axeViolations(page);

  await page.getByLabel("אסימון (JWT)").fill(newUser(system).token);
  await page.getByRole("button", { name: "כניסה" }).click();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("link", { name: "Cases" }).waitFor();
  const direction = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token (JWT)").waitFor();

  expect(direction).toEqual(["en", "ltr"]);
  expect(violations).toEqual([]);
  await page.evaluate(() => localStorage.clear());
  await page.close();
});

test("an address that is none says so", async () => {
  const { page } = await openApp(browser, app, { token: newUser(system).token, at: "/nowhere" });

  await page.getByText("הדף לא נמצא").waitFor();
  await page.close();
});

test("a document is downloaded without a window: browsers open none that comes later than the click", async () => {
  const { page, complaints } = await openApp(browser, app, { token: user.token, at: `/cases/${caseId}` });
  const opened: Page[] = [];
  browser.on("page", (other) => opened.push(other));
  const names: string[] = [];
  page.on("download", (download) => names.push(download.suggestedFilename()));

  for (const count of [1, 2]) {
    await page
      .getByRole("button", { name: /^הורדה/ })
      .first()
      .click();
    await expect.poll(() => names.length).toBe(count);
  }

  expect(new Set(names).size).toBe(1);
  expect(opened).toEqual([]);
  expectQuiet(complaints.filter((one) => !one.includes("is sandboxed"))); // of what `openApp` puts into each frame
  await page.close();
});
