// What do people meet besides the views at their best? Dialogs, empty and broken views, refusals; by eye and by keyboard.

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { figure } from "../figures.js";
import { openBrowser } from "../system/browser.js";
import { ownSystem } from "../system/own-system.js";
import { newUser, type User } from "../system/user.js";
import { axeViolations, openApp, type ServedApp, serveApp } from "./app.js";
import { addressOf, analysedCase, CASE_VIEWS } from "./case-views.js";
import { statesOf } from "./states.js";

const WIDE = { width: 1400, height: 900 };
const NARROW = { width: 390, height: 844 };
const PATIENCE_MS = 40_000;
/** So many stops of the Tab key are looked at in a view. */
const STOPS = 30;

const system = ownSystem({ emulatorSeconds: 0 });
let browser: BrowserContext;
let closeBrowser: () => Promise<void>;
let app: ServedApp;
let user: User;
let caseId: string;
let emptyId: string;
let admin: string;

beforeAll(async () => {
  ({ browser, close: closeBrowser } = await openBrowser());
  app = await serveApp(system);
  user = newUser(system);
  admin = system.token("operator", { role: "admin" });
  caseId = await analysedCase(user);
  emptyId = (await user.client.cases.create({ title: "תיק ריק" })).id;
});

afterAll(async () => {
  await closeBrowser();
  await app.close();
});

test.each(["he", "en"] as const)(
  "axe finds nothing in any state, in %s, wide and narrow",
  async (language) => {
    const found: string[] = [];
    const { page } = await openApp(browser, app, { token: user.token, language });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("dialog", (dialog) => dialog.accept());
    const states = statesOf({ apiUrl: system.apiUrl, user, admin, caseId, emptyId });
    for (const { name, at, reach, leave } of states) {
      await page.setViewportSize(WIDE);
      await page.goto(`${app.url}#${at()}`);
      await reach(page).catch((error: Error) => {
        throw new Error(`${name} was not reached`, { cause: error });
      });
      for (const [width, size] of [
        ["wide", WIDE],
        ["narrow", NARROW],
      ] as const) {
        await page.setViewportSize(size);
        found.push(...(await axeViolations(page)).map((one) => `${name}, ${width}: ${one}`));
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 1) found.push(`${name}, ${width}: ${over} px too wide`);
      }
      await leave?.(page);
    }

    figure(`app: axe violations in ${states.length} states, ${language}, two widths`, String(found.length), "0");
    expect(found).toEqual([]);
    await page.close();
  },
  300_000,
);

/** What is wrong with the element that has the focus: no ring, or something over it. */
function focusTroubles(page: Page): Promise<string | null> {
  return page.evaluate(async () => {
    await new Promise(requestAnimationFrame);
    const element = document.activeElement as HTMLElement | null;
    if (!element || element === document.body) return null;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { left, top, width, height } = element.getBoundingClientRect();
    const x = Math.min(innerWidth - 1, Math.max(0, left + width / 2));
    const y = Math.min(innerHeight - 1, Math.max(0, top + Math.min(height / 2, 12)));
    const above = document.elementFromPoint(x, y);
    const isSeen = above !== null && (element.contains(above) || above.contains(element));
    const name = `${element.tagName} ${element.className} ${element.textContent?.slice(0, 30)}`;
    if (outlineStyle === "none" || Number.parseFloat(outlineWidth) < 2) return `no ring: ${name}`;
    return isSeen ? null : `hidden by ${above?.className}: ${name}`;
  });
}

test.each([
  ["wide", WIDE],
  ["narrow", NARROW],
] as const)("by keyboard: every stop has a ring and is in sight, %s", async (_, size) => {
  const { page } = await openApp(browser, app, { token: user.token });
  await page.setViewportSize(size);
  const troubles: string[] = [];
  for (const view of CASE_VIEWS.filter(({ name }) => name !== "compare")) {
    await page.goto(`${app.url}#${addressOf(view, caseId)}`);
    await page.reload();
    await page.locator(view.ready).first().waitFor();
    for (let stop = 0; stop < STOPS; stop++) {
      await page.keyboard.press("Tab");
      const trouble = await focusTroubles(page);
      if (trouble) troubles.push(`${view.name}, stop ${stop + 1}: ${trouble}`);
    }
  }

  expect(troubles).toEqual([]);
  await page.close();
});

test("by keyboard: the first stop skips to the content; a dialog keeps the focus and gives it back", async () => {
  const { page } = await openApp(browser, app, { token: user.token });
  await page.locator(".case-table").waitFor();
  const active = () => page.evaluate(() => document.activeElement?.textContent?.trim());

  await page.keyboard.press("Tab");
  const first = await active();
  await page.keyboard.press("Enter");
  const inMain = await page.evaluate(() => document.activeElement?.tagName);
  await page.keyboard.press("Tab");
  const opener = await active();
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor();
  const outside: string[] = [];
  for (let stop = 0; stop < 8; stop++) {
    await page.keyboard.press("Tab");
    const where = await page.evaluate(() => document.activeElement?.closest("dialog[open], body")?.tagName);
    const name = await page.evaluate(() => document.activeElement?.tagName);
    if (where !== "DIALOG" && name !== "BODY") outside.push(String(name));
  }
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator("dialog[open]").count()).toBe(0);

  expect(first).toBe("דילוג לתוכן");
  expect(inMain).toBe("MAIN");
  expect(outside).toEqual([]);
  expect(await active()).toBe(opener);
  await page.close();
});
