import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../system/browser.js";
import { ownSystem } from "../system/own-system.js";
import { newUser } from "../system/user.js";
import { axeViolations, openApp, type ServedApp, serveApp } from "./app.js";

const system = ownSystem({ emulatorSeconds: 1 });
let browser: BrowserContext;
let closeBrowser: () => Promise<void>;
let app: ServedApp;

beforeAll(async () => {
  ({ browser, close: closeBrowser } = await openBrowser());
  app = await serveApp(system);
});

afterAll(async () => {
  await closeBrowser();
  await app.close();
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
