import type { Page } from "playwright-core";
import { beforeEach, expect, test } from "vitest";
import { figure } from "../figures.js";
import { picture } from "./browser.js";
import { openExample, PATIENCE_MS, START } from "./example-page.js";
import { ownSystem } from "./own-system.js";
import type { User } from "./user.js";

const system = ownSystem({ emulatorSeconds: 1 });
const example = openExample(system);
const { form } = example;

let user: User;
let caseId: string;
let page: Page;

beforeEach(() => {
  ({ user, caseId, page } = example);
});

const isRunning = () => page.locator('[data-status="running"]').waitFor();

test("a press on the button starts an analysis, its progress is seen, and its result", async () => {
  await system.setPace(8);

  await form().getByRole("button", { name: START }).click();
  await form()
    .getByText(/^מנתח… \d+% – .+/)
    .waitFor();
  const bar = form().getByRole("progressbar");
  await expect.poll(async () => Number(await bar.getAttribute("value")), { timeout: PATIENCE_MS }).toBeGreaterThan(0);
  await picture(page.locator("main"), "example-running");
  await form().getByRole("article", { name: "תוצאה" }).waitFor();
  await picture(form(), "example-result");

  expect(await form().getByText("תמר דוגמא-לדוגמה").count()).toBeGreaterThan(0);
  expect(await form().getByRole("progressbar").count()).toBe(0);
  const { jobs } = await user.client.jobs.list({ case_id: caseId });
  expect(jobs.map((job) => job.status)).toEqual(["completed"]);
});

test("a followed job comes over a socket: three GETs at most until its end", async () => {
  await system.setPace(25);
  const gets: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "GET" && /\/jobs\/[^/?]+$/.test(request.url())) gets.push(request.url());
  });
  const opened = page.waitForEvent("websocket");

  await form().getByRole("button", { name: START }).click();
  const socket = await opened;
  const [frame] = await Promise.all([socket.waitForEvent("framereceived"), isRunning()]);
  await form().getByRole("article", { name: "תוצאה" }).waitFor();

  expect(JSON.parse(String(frame.payload))).toMatchObject({ type: "job" });
  figure("GETs of a followed job in Chromium", String(gets.length), "≤ 3");
  expect(gets.length).toBeLessThanOrEqual(3);
});

test("a running analysis is cancelled, and another can be started", async () => {
  await system.setPace(30);
  await form().getByRole("button", { name: START }).click();
  await isRunning();

  await form().getByRole("button", { name: "ביטול" }).click();

  await form().getByText("הניתוח בוטל").waitFor();
  await form().getByRole("button", { name: START }).waitFor();
  const { jobs } = await user.client.jobs.list({ case_id: caseId });
  expect(jobs.map((job) => job.status)).toEqual(["cancelled"]);
});

test("a start that is taken back before its answer leaves no job running", async () => {
  await page.route("**/analyze-documents-form7801", async (route) => {
    const response = await route.fetch();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.fulfill({ response });
  });
  await system.setPace(30);
  await form().getByRole("button", { name: START }).click();

  await form().getByRole("button", { name: "ביטול" }).click();

  await expect.poll(() => form().getAttribute("data-status")).toBe("idle");
  const statuses = async () => (await user.client.jobs.list({ case_id: caseId })).jobs.map((job) => job.status);
  await expect.poll(statuses).toEqual(["cancelled"]);
});

test("a failed analysis says why, in Hebrew, and can be tried again", async () => {
  await system.addFault({ kind: "quota", provider: "openai" });

  await form().getByRole("button", { name: START }).click();
  const alert = form().getByRole("alert");
  await alert.waitFor();
  await picture(form(), "example-failed");
  const said = await alert.textContent();
  await form()
    .getByRole("button", { name: /^ניסיון נוסף/ })
    .click();
  await form().getByRole("article", { name: "תוצאה" }).waitFor();

  expect(said).toBe("שגיאה: מכסת השימוש בבינה המלאכותית נוצלה. פנו למנהל המערכת.");
});

test("all of it can be done with the keyboard, from right to left; the focus is never lost", async () => {
  await system.setPace(20);
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await form().getByRole("button", { name: START }).focus();
  await page.keyboard.press("Enter");
  await isRunning();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await focused()).toMatch(/ביטול|מבטל…/);
  await form().getByText("הניתוח בוטל").waitFor();

  expect(await focused()).toBe("התחלת ניתוח AI");
  expect(await page.evaluate(() => getComputedStyle(document.body).direction)).toBe("rtl");
});

test("after a reload the result is there, and another run is asked for twice", async () => {
  await form().getByRole("button", { name: START }).click();
  await form().getByRole("article", { name: "תוצאה" }).waitFor();
  await page.reload();
  await form().getByRole("article", { name: "תוצאה" }).waitFor();

  const again = form().getByRole("button", { name: /^הרצה חוזרת/ });
  expect(await again.getAttribute("class")).toBe("quiet");
  await again.click();
  await form().getByText("להריץ שוב?").waitFor();
  await form().getByRole("button", { name: "חזרה" }).click();
  const { jobs } = await user.client.jobs.list({ case_id: caseId });
  expect(jobs).toHaveLength(1);
});

test("buttons are told apart, one region speaks, and foreign words say their language", async () => {
  const names = await page.getByRole("button").evaluateAll((buttons) =>
    buttons.map((button) =>
      (button.getAttribute("aria-labelledby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent)
        .join(" "),
    ),
  );
  await form().getByRole("button", { name: START }).click();
  await form().getByRole("article").waitFor();

  expect(new Set(names).size).toBe(3);
  expect(await form().getByRole("status").count()).toBe(1);
  const latin = await form()
    .locator("bdi, dd, li, p")
    .evaluateAll((parts) =>
      parts
        .filter(({ textContent }) => /^[\x20-\x7e]*[a-z]{4}[\x20-\x7e]*$/i.test(textContent ?? ""))
        .map((part) => part.closest("[lang]")?.getAttribute("lang")),
    );
  expect(latin.filter((lang) => lang !== "en")).toEqual([]);
});

test("the page is there in English, from left to right", async () => {
  await page.getByRole("link", { name: "English" }).click();
  await form("Form 7801")
    .getByRole("button", { name: /^Start AI analysis/ })
    .click();
  await form("Form 7801").getByRole("article", { name: "Result" }).waitFor();
  await picture(page.locator("main"), "example-english");

  expect(await page.evaluate(() => getComputedStyle(document.body).direction)).toBe("ltr");
  expect(await page.title()).toBe("Analysis of a case");
});

test("in forced colours the progress is seen", async () => {
  await page.emulateMedia({ forcedColors: "active" });
  await system.setPace(8);
  await form().getByRole("button", { name: START }).click();
  const bar = form().getByRole("progressbar");
  await bar.waitFor();

  const { border, adjust } = await bar.evaluate((element) => {
    const style = getComputedStyle(element);
    return { border: style.borderTopWidth, adjust: style.forcedColorAdjust };
  });
  await picture(form(), "example-forced-colours");
  expect([border, adjust]).toEqual(["1px", "none"]);
});
