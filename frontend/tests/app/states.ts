// Which states of the views do people meet besides those at their best, and how are they reached?

import type { Page, Route } from "playwright-core";
import type { User } from "../system/user.js";

/** Whose cases the states are of. */
export interface StatesWorld {
  apiUrl: string;
  user: User;
  /** A token of an operator. */
  admin: string;
  /** A case with all analyses, and one with nothing. */
  caseId: string;
  emptyId: string;
}

const problem = (status: number, code: string) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({ type: "about:blank", title: code, status, code, detail: "No." }),
});

const CITY = "personal_info.city";
const isForm = (url: URL) => url.pathname.endsWith("/form");
async function setCity(page: Page, city: string): Promise<void> {
  await page.locator(`[data-field="${CITY}"]`).focus();
  await page.keyboard.press("F2");
  await page.locator(`[data-path="${CITY}"] input`).fill(city);
  await page.keyboard.press("Enter");
}

/** The list of jobs, as if all had failed. */
async function failedJobs(route: Route): Promise<void> {
  const url = new URL(route.request().url());
  url.searchParams.delete("status");
  const response = await route.fetch({ url: url.href });
  const { jobs = [], ...page } = await response.json();
  await route.fulfill({ response, json: { ...page, jobs: jobs.map((job: object) => ({ ...job, status: "failed" })) } });
}

export interface State {
  name: string;
  at: () => string;
  /** Lead from the view to the state; resolves when it is there. */
  reach: (page: Page) => Promise<unknown>;
  leave?: (page: Page) => Promise<unknown>;
}

const alert = (page: Page) => page.getByRole("alert").first().waitFor();
const press = (selector: string) => async (page: Page) => {
  await page.locator(selector).first().click();
  await page.locator("dialog[open]").waitFor();
};
const closeDialog = (page: Page) => page.keyboard.press("Escape");

/** By selectors, since they are looked at in both languages. */
export function statesOf({ apiUrl, user, admin, caseId, emptyId }: StatesWorld): State[] {
  let cities = 0;
  const isOf = (path: string) => (url: URL) => url.origin === apiUrl && url.pathname.startsWith(path);
  const changeCity = (version: number) =>
    user.client.cases.changeForm(caseId, version, { changes: [{ field: CITY, value: `דימונה ${++cities}` }] });
  return [
    { name: "new case", at: () => "/cases", reach: press(".view-head button.primary"), leave: closeDialog },
    {
      name: "call that is no JSON",
      at: () => `/cases/${emptyId}`,
      async reach(page) {
        await press("section[aria-labelledby=call] .card-head button")(page);
        await page.locator("dialog[open] textarea").fill("none");
        await page.locator("dialog[open] button[type=submit]").click();
        await alert(page);
      },
      leave: closeDialog,
    },
    { name: "delete", at: () => `/cases/${emptyId}`, reach: press(".case-title button"), leave: closeDialog },
    {
      name: "file that is refused",
      at: () => `/cases/${emptyId}`,
      async reach(page) {
        const program = Buffer.from([0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xff, 0xff, 0, 0]);
        const file = { name: "x".repeat(120), mimeType: "application/x-msdownload", buffer: program };
        await page.locator("input[type=file][multiple]").setInputFiles(file);
        await page.locator('.document [role="alert"], .document .notice').first().waitFor();
      },
    },
    {
      name: "keys",
      at: () => `/cases/${caseId}/review`,
      async reach(page) {
        await page.locator("[data-field]").first().waitFor();
        await press(".review-bar button:last-child")(page);
      },
      leave: closeDialog,
    },
    {
      name: "confirm what is open",
      at: () => `/cases/${caseId}/review`,
      reach: press('[data-confirm="employment_history"]'),
      leave: closeDialog,
    },
    {
      name: "a field being edited",
      at: () => `/cases/${caseId}/review?field=personal_info.city`,
      async reach(page) {
        await page.locator('[data-field="personal_info.city"]').focus();
        await page.keyboard.press("F2");
        await page.locator('[data-path="personal_info.city"] input').waitFor();
      },
      leave: closeDialog,
    },
    {
      name: "a value that somebody else changed meanwhile",
      at: () => `/cases/${caseId}/review?field=${CITY}`,
      async reach(page) {
        await page.locator(`[data-field="${CITY}"]`).waitFor();
        await page.route(isForm, async (route) => {
          const isChange = route.request().method() === "PATCH";
          if (isChange) await user.client.cases.form(caseId).then(({ version }) => changeCity(version));
          await route.continue();
          if (isChange) await page.unroute(isForm);
        });
        await setCity(page, "ערד");
        await page.locator("dialog[open] .clash").waitFor();
      },
      leave: closeDialog,
    },
    {
      name: "the same, put aside",
      at: () => `/cases/${caseId}/review?field=${CITY}`,
      reach: (page) => page.locator(".saved button").waitFor(),
      async leave(page) {
        await page.locator(".saved button").click();
        await page.locator("dialog[open] button").first().click();
      },
    },
    {
      name: "saved",
      at: () => `/cases/${caseId}/review?field=${CITY}`,
      async reach(page) {
        await setCity(page, "יבנה");
        await page
          .locator(".saved [role=status]")
          .getByText(/^(נשמר|Saved)$/)
          .waitFor();
      },
    },
    {
      name: "a row that was added",
      at: () => `/cases/${caseId}/review`,
      async reach(page) {
        const items = page.locator('[data-section="employment_history"] .form-item');
        const before = await items.count();
        await page.locator('[data-section="employment_history"] .form-list > button').click();
        await items.nth(before).waitFor();
      },
    },
    {
      name: "document about to be removed",
      at: () => `/cases/${caseId}`,
      async reach(page) {
        await page.locator(".document .actions .actions button").first().click();
        await page.locator(".document .danger").waitFor();
      },
    },
    { name: "no such page", at: () => "/nowhere", reach: (page) => page.locator("main h1").waitFor() },
    { name: "no such case", at: () => "/cases/none", reach: alert },
    { name: "no such case to review", at: () => "/cases/none/review", reach: alert },
    ...["/review", "/findings", "/findings?tab=missing", "/findings?tab=findings", "/history", "/print"].map((at) => ({
      name: `empty ${at}`,
      at: () => `/cases/${emptyId}${at}`,
      reach: (page: Page) => page.locator(".nothing").first().waitFor(),
    })),
    {
      name: "nothing found",
      at: () => "/cases?q=zzzz",
      reach: (page) => page.locator(".nothing").waitFor(),
    },
    ...["/cases", `/cases/ID`, `/cases/ID/review`, `/cases/ID/history`].map((at) => ({
      name: `broken API, ${at}`,
      at: () => at.replace("ID", caseId),
      async reach(page: Page) {
        await page.route(isOf("/cases"), (route) => route.fulfill(problem(500, "internal")));
        await page.reload();
        await alert(page);
      },
      leave: (page: Page) => page.unrouteAll({ behavior: "ignoreErrors" }),
    })),
    {
      name: "offline",
      at: () => "/cases",
      async reach(page) {
        await page.locator(".case-table").waitFor();
        await page.context().setOffline(true);
        await page.locator(".band.warn").waitFor();
      },
      leave: (page) => page.context().setOffline(false),
    },
    {
      name: "run again all",
      at: () => "/ops/jobs",
      async reach(page) {
        await page.route(isOf("/jobs"), failedJobs);
        await page.evaluate((token) => sessionStorage.setItem("casework token", token), admin);
        await page.reload();
        await page.locator("tbody tr[data-index]").first().waitFor();
        await page.locator(".bulk button").first().click();
        await page.locator("dialog[open] .named").waitFor();
      },
      async leave(page) {
        await page.unrouteAll({ behavior: "ignoreErrors" });
        await closeDialog(page);
        await page.evaluate((token) => sessionStorage.setItem("casework token", token), user.token);
        await page.reload();
      },
    },
    {
      name: "token refused",
      at: () => `/cases/${caseId}/review`,
      async reach(page) {
        await page.locator("[data-field]").first().waitFor();
        await page.route(isOf("/"), (route) => route.fulfill(problem(401, "unauthorized")));
        await setCity(page, "חיפה");
        await page.locator(".band.warn").waitFor();
      },
      leave: async (page) => {
        await page.unrouteAll({ behavior: "ignoreErrors" });
        await page.evaluate(() => sessionStorage.clear());
      },
    },
  ];
}
