// What a person does to the form: taking back, being refused, confirming again; beside somebody else.

import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSampleCase } from "../../local/sample-case.js";
import { createClient, type FormChanges } from "../../src/index.js";
import { openBrowser } from "../system/browser.js";
import { ownSystem } from "../system/own-system.js";
import { newUser, type User } from "../system/user.js";
import { axeViolations, expectQuiet, openApp, type ServedApp, serveApp } from "./app.js";

const PATIENCE_MS = 60_000;
const CITY = "personal_info.city";
const CHILDREN = "personal_info.number_of_children";
const RECORDS = "employment_history.employment_records";

const system = ownSystem({ emulatorSeconds: 0.2 });
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
  await user.client.run("document_analysis_form7801", caseId);
});

afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function review(language: "he" | "en" = "he"): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openApp(browser, app, { token: user.token, at: `/cases/${caseId}/review`, language });
  opened.page.setDefaultTimeout(PATIENCE_MS);
  await row(opened.page, CITY).waitFor();
  return opened;
}

const row = (page: Page, path: string): Locator => page.locator(`[data-field="${path}"]`);
const form = () => user.client.cases.form(caseId);
const employers = async () => (await form()).form_7801?.employment_history.employment_records.length ?? 0;

async function set(page: Page, path: string, value: string): Promise<void> {
  await row(page, path).focus();
  await page.keyboard.press("Enter");
  await page.locator(`[data-path="${path}"] input`).fill(value);
  await page.keyboard.press("Enter");
}

/** Another person of the office, who may see the case. */
async function somebodyElse(changes: FormChanges): Promise<void> {
  const token = system.token("ron", { role: "admin" });
  const client = createClient({ baseUrl: system.apiUrl, getToken: () => token });
  await client.cases.changeForm(caseId, (await form()).version, changes);
}

test("adding and removing an employer are undone by the keyboard, with what was in it", async () => {
  const { page, complaints } = await review();
  const before = await form();
  const count = await employers();

  await page.getByRole("button", { name: /^\+ הוספה: מקום עבודה/ }).click();
  await expect.poll(employers).toBe(count + 1);
  await row(page, CITY).focus();
  await page.keyboard.press("Control+KeyZ");
  await expect.poll(employers).toBe(count);
  await page
    .getByRole("button", { name: /^הסרה: מקום עבודה/ })
    .first()
    .click();
  await expect.poll(employers).toBe(count - 1);
  await row(page, CITY).focus();
  await page.keyboard.press("Control+KeyZ");
  await expect.poll(employers).toBe(count);

  expect((await form()).form_7801).toEqual(before.form_7801);
  expectQuiet(complaints);
  await page.close();
});

test("undo asks before it takes back what somebody else wrote since", async () => {
  const { page } = await review();
  await set(page, CITY, "עכו");
  await expect.poll(async () => (await form()).fields[CITY]?.value).toBe("עכו");
  await somebodyElse({ changes: [{ field: CITY, value: "צפת" }] });

  await row(page, CITY).focus();
  await page.keyboard.press("Control+KeyZ");
  const dialog = page.getByRole("dialog", { name: "השדה השתנה בינתיים" });
  await dialog.getByText("צפת").waitFor();
  await dialog.getByText("מה שהיה לפני הפעולה שלכם").waitFor();
  await dialog.getByRole("button", { name: "מה שרשום עכשיו" }).click();
  await expect.poll(() => row(page, CITY).textContent()).toContain("צפת");

  expect((await form()).fields[CITY]).toMatchObject({ value: "צפת", by: "ron" });
  await page.close();
});

test("why a value is refused is said at its field, in the language of the page", async () => {
  for (const [language, told] of [
    ["he", "המספר יכול להיות לכל היותר 1000000000."],
    ["en", "This number must be at most 1000000000."],
  ] as const) {
    const { page } = await review(language);
    await set(page, CHILDREN, "99999999999");
    const refused = page.locator(`[data-path="${CHILDREN}"] [role="alert"]`);
    await refused.getByText(told).waitFor();

    expect(await refused.textContent()).toContain("99999999999");
    expect(await axeViolations(page)).toEqual([]);
    await page.close();
  }
});

test("what is written is saved whole or refused with a reason, never as something else", async () => {
  const START = "disability_info.disability_start_date";
  const BIRTH = "personal_info.date_of_birth";
  const DESCRIPTION = "disability_info.primary_disability_description";
  await somebodyElse({ changes: [{ field: START, value: "אביב 2019" }] });
  const { fields } = await form();
  const salary = Object.keys(fields).find((path) => path.endsWith(".monthly_salary_gross")) ?? "";
  const birth = fields[BIRTH]?.value;
  const { page } = await review();
  const open = async (path: string) => {
    await row(page, path).focus();
    await page.keyboard.press("Enter");
    return page.locator(`[data-path="${path}"] :is(input, textarea)`);
  };

  await set(page, salary, "8500,50");
  const refused = page.locator(`[data-path="${salary}"] [role="alert"]`);
  await refused.getByText("כאן נדרש מספר.").waitFor();
  const told = await refused.textContent();
  await (await open(BIRTH)).press("Backspace"); // a date without its day
  await page.keyboard.press("Enter");
  const isStillOpen = await page.locator(`[data-path="${BIRTH}"] input`).count();
  const shown = await (await open(START)).inputValue();
  const long = "כאב גב תחתון ".repeat(230).trim();
  await (await open(DESCRIPTION)).selectText();
  await page.keyboard.insertText(long);
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await form()).fields[DESCRIPTION]?.value).toBe(long);

  expect(told).toContain("8500,50");
  expect([isStillOpen, shown]).toEqual([1, "אביב 2019"]);
  expect((await form()).fields).toMatchObject({ [salary]: fields[salary], [BIRTH]: { value: birth } });
  await page.close();
});

test("a confirmed section says what changed since, and is confirmed again", async () => {
  await somebodyElse({ confirm: ["personal_info", "employment_history"] });
  await new Promise((resolve) => setTimeout(resolve, 20)); // the order of times is what is shown
  await somebodyElse({ changes: [{ field: CITY, value: "נהריה" }], add: [{ list: RECORDS, item: {} }] });
  const { page } = await review();
  const section = page.locator('[data-section="personal_info"]');

  await section.getByText("ערך אחד שונה מאז האישור").click();
  await section.locator(".since").getByRole("button", { name: "יישוב" }).click();
  const active = await page.locator('[data-active="true"]').getAttribute("data-path");
  const violations = await axeViolations(page);
  await section.getByRole("button", { name: "אישור מחדש: פרטים אישיים" }).click();
  await section.locator(".badge.ok", { hasText: "אושר:" }).waitFor();
  await expect.poll(async () => (await form()).sections.personal_info?.changed_since).toBe(false);

  expect(active).toBe(CITY);
  expect(violations).toEqual([]);
  expect((await form()).sections).toMatchObject({
    personal_info: { confirmed: true, changed_since: false },
    employment_history: { confirmed: true, changed_since: true },
  });
  await page.close();
});
