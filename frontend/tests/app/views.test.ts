import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSampleCase } from "../../local/sample-case.js";
import { figure } from "../figures.js";
import { openBrowser } from "../system/browser.js";
import { ownSystem } from "../system/own-system.js";
import { newUser, type User } from "../system/user.js";
import { axeViolations, expectQuiet, openApp, type ServedApp, serveApp, windowPicture } from "./app.js";

const LARGEST_FIRST_VIEW = 200 * 1024;
const EVIL = `</script><img src=x onerror="window.hacked=1">\u202eevil\u2066<script>window.hacked=1</script>`;

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
  caseId = await createSampleCase(user.client, "cardiac_case");
  const { client } = user;
  const runs = ["document_analysis_form7801", "document_analysis_agent", "call_analysis"] as const;
  await Promise.all(runs.map((jobType) => client.run(jobType, caseId)));
  const { version } = await client.cases.form(caseId);
  await client.cases.changeForm(caseId, version, {
    changes: [{ field: "personal_info.email", value: "y@example.com" }],
  });
});

afterAll(async () => {
  await closeBrowser();
  await app.close();
});

/** Every view, with what stands on it when it is complete. */
const VIEWS: { name: string; at: () => string; ready: string; press?: string }[] = [
  { name: "cases", at: () => "/cases", ready: ".case-table" },
  { name: "material", at: () => `/cases/${caseId}`, ready: ".outcome" },
  { name: "review", at: () => `/cases/${caseId}/review?field=personal_info.address`, ready: ".page-mark" },
  { name: "compare", at: () => `/cases/${caseId}/review`, ready: ".field", press: "F8" },
  { name: "findings", at: () => `/cases/${caseId}/findings?tab=findings`, ready: ".page-mark" },
  { name: "eligibility", at: () => `/cases/${caseId}/findings`, ready: ".rule" },
  { name: "missing", at: () => `/cases/${caseId}/findings?tab=missing`, ready: ".requested li" },
  { name: "strategy", at: () => `/cases/${caseId}/findings?tab=advice`, ready: ".bullets" },
  { name: "history", at: () => `/cases/${caseId}/history`, ready: ".history-entry" },
  { name: "print", at: () => `/cases/${caseId}/print`, ready: ".paper table" },
];

async function walk(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  for (const { name, at, ready, press } of VIEWS) {
    await page.goto(`${app.url}#${at()}`);
    await page.locator(ready).first().waitFor();
    if (press) {
      await page.keyboard.press(press);
      await page.locator(".compare mark").first().waitFor();
    }
    await look(name);
  }
}

test.each(["he", "en"] as const)(
  "axe finds nothing on any view, in %s, wide and narrow; nothing runs over",
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

    figure(`app: axe violations on ${VIEWS.length} views, ${language}, two widths`, String(found.length), "0");
    expect(found).toEqual([]);
    expectQuiet(complaints);
    await page.close();
  },
);

/** Every text of an answer with something evil in it; ids, codes and addresses stay, or nothing would be shown. */
function poisoned(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((one) => poisoned(one, name));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poisoned(one, key)]));
  }
  const isShown =
    typeof value === "string" && !/(^|_)(id|url|at|code|field|status|type|rule|match)$|version/.test(name);
  return isShown ? `${EVIL} ${value}` : value;
}

test("what is injected into titles, file names, documents, calls and the models' answers stays text", async () => {
  const { page, complaints } = await openApp(browser, app, { token: user.token, at: "/cases/none" });
  await page.route(
    (url) => url.origin === system.apiUrl && url.pathname.startsWith("/cases"),
    async (route) => {
      const response = await route.fetch();
      const isJson = response.headers()["content-type"]?.includes("json");
      if (!isJson || route.request().method() === "OPTIONS") return route.fulfill({ response });
      return route.fulfill({ response, json: poisoned(await response.json()) });
    },
  );
  await page.reload(); // nothing is kept of what came before the route
  const alive: string[] = [];
  for (const { name, at } of VIEWS) {
    await page.goto(`${app.url}#${at()}`);
    await page
      .getByText("onerror=", { exact: false })
      .first()
      .waitFor()
      .catch(async (error: Error) => {
        throw new Error(`${name}: ${await page.locator("body").innerText()}`, { cause: error });
      });
    const seen = await page.evaluate(() => ({
      hacked: "hacked" in window,
      images: document.querySelectorAll('img[src="x"]').length,
      controls: /[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText + document.title),
    }));
    if (seen.hacked || seen.images || seen.controls) alive.push(`${name}: ${JSON.stringify(seen)}`);
  }

  figure(
    "app: injected markup, scripts and bidi controls that had an effect",
    `${alive.length} of ${VIEWS.length} views`,
    "0",
  );
  expect(alive).toEqual([]);
  expect(complaints.filter((one) => !/404/.test(one))).toEqual([]); // the address that it begins at
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.close();
});

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
