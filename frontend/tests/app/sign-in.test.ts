// Signing in at an OpenID Connect issuer, in Chromium: the built app, an API that takes the issuer's tokens, the issuer.

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createSampleCase } from "../../local/sample-case.js";
import { createClient } from "../../src/index.js";
import { figure } from "../figures.js";
import { openBrowser } from "../system/browser.js";
import { ownSystem } from "../system/own-system.js";
import { type ServedApp, serveApp } from "./app.js";
import { CLIENT_ID, Issuer } from "./issuer.js";

const PATIENCE_MS = 60_000;
const CITY = "personal_info.city";
const issuer = new Issuer();
const system = ownSystem(async () => {
  await issuer.start();
  const settings = { JWKS_URL: `${issuer.url}/keys`, JWT_ISSUER: issuer.url, JWT_AUDIENCE: CLIENT_ID };
  return { emulatorSeconds: 1, settings };
});
let browser: BrowserContext;
let closeBrowser: () => Promise<void>;
let app: ServedApp;
let passed = 0;

beforeAll(async () => {
  ({ browser, close: closeBrowser } = await openBrowser());
  app = await serveApp(system);
});

beforeEach(async () => {
  issuer.reset();
  await browser.clearCookies();
});

afterAll(async () => {
  await closeBrowser();
  await app.close();
  await issuer.stop();
  figure("app: sign-in at an OpenID Connect issuer, ways that were tried in Chromium", `${passed}`);
});

/** A tab with the app as it is configured for the issuer; `oidc` changes that. */
async function open({ at = "/cases", oidc = {} }: { at?: string; oidc?: object } = {}): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const config = {
    api: system.apiUrl,
    oidc: { authority: issuer.url, client_id: CLIENT_ID, scope: "openid profile offline_access", ...oidc },
  };
  await page.route("**/config.json", (route) => route.fulfill({ json: config }));
  await page.goto(`${app.url}#${at}`);
  return page;
}

const enter = (page: Page) => page.getByRole("button", { name: "כניסה עם החשבון הארגוני" }).click();
const as = (page: Page, user: "dana" | "eyal" | "nobody") => page.getByRole("link", { name: user }).click();
const isIn = (page: Page, user: string) => page.getByText(`${user} of the issuer`).waitFor();

async function signedIn(user: "dana" | "eyal", options: Parameters<typeof open>[0] = {}): Promise<Page> {
  const page = await open(options);
  await enter(page);
  await as(page, user);
  await isIn(page, user);
  return page;
}

/** A case of this user, made beside the app. */
async function caseOf(user: string, title: string): Promise<string> {
  const client = createClient({ baseUrl: system.apiUrl, getToken: () => issuer.accessToken(user) });
  return (await client.cases.create({ title })).id;
}

test("a person signs in, comes to the place they wanted, stays in over a reload, and no code stays in the address", async () => {
  const id = await caseOf("dana", "תיק של דנה");

  const page = await signedIn("dana", { at: `/cases/${id}` });
  await page.getByRole("heading", { level: 1, name: "תיק של דנה" }).waitFor();
  const address = page.url();
  const kept = await page.evaluate(() => [Object.keys(localStorage), document.cookie].flat().join(" "));
  await page.reload();
  await isIn(page, "dana");

  expect(address).toBe(`${app.url}#/cases/${id}`);
  expect(kept).not.toMatch(/oidc|token/i);
  expect(issuer.asked).toEqual(["authorize", "token code"]);
  passed += 1;
  await page.close();
});

test("a token that is over is renewed silently, once for all requests; after a reload too", async () => {
  issuer.reset({ codeSeconds: -100 });
  const id = await caseOf("dana", "חידוש");
  const refused: string[] = [];

  const page = await open({ at: `/cases/${id}` });
  page.on("response", (answer) => answer.status() === 401 && refused.push(answer.url()));
  await enter(page);
  await as(page, "dana");
  await page.getByRole("heading", { level: 1, name: "חידוש" }).waitFor();
  const once = [...issuer.asked];
  await page.evaluate(() => {
    for (const [name, text] of Object.entries(sessionStorage)) {
      if (name.startsWith("oidc.user"))
        sessionStorage.setItem(name, JSON.stringify({ ...JSON.parse(text), expires_at: 1 }));
    }
  });
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "חידוש" }).waitFor();

  expect(once).toEqual(["authorize", "token code", "token refresh"]);
  expect(issuer.asked).toEqual([...once, "token refresh"]);
  expect(refused).toEqual([]);
  passed += 1;
  await page.close();
});

test("without a renewal the page says that the sign-in is over, and goes on after a new one", async () => {
  issuer.reset({ codeSeconds: -100, takesRefresh: false });
  const id = await caseOf("dana", "פג תוקף");

  const page = await open({ at: `/cases/${id}` });
  await enter(page);
  await as(page, "dana");
  await page.getByText("החיבור שלכם פג").waitFor();
  issuer.reset();
  await page.getByRole("button", { name: "התחברות מחדש" }).click();
  await page.getByRole("heading", { level: 1, name: "פג תוקף" }).waitFor();

  expect(await page.getByText("החיבור שלכם פג").count()).toBe(0);
  expect(page.url()).toBe(`${app.url}#/cases/${id}`);
  passed += 1;
  await page.close();
});

test("a change that the API would not take waits while its person signs in again, and is sent after that", async () => {
  const token = issuer.accessToken("dana");
  const client = createClient({ baseUrl: system.apiUrl, getToken: () => token });
  const id = await createSampleCase(client, "cardiac_case");
  await client.run("document_analysis_form7801", id);
  const page = await signedIn("dana", { at: `/cases/${id}/review` });
  await page.locator(`[data-field="${CITY}"]`).focus();
  const stale = { authorization: `Bearer ${issuer.accessToken("dana", -100)}` };
  await page.route("**/form", (route) => route.continue({ headers: { ...route.request().headers(), ...stale } }));
  issuer.reset({ takesRefresh: false });

  await page.keyboard.press("Enter");
  await page.locator(`[data-path="${CITY}"] input`).fill("נהריה");
  await page.keyboard.press("Enter");
  await page.getByText("השירות אינו מקבל את הכניסה שלכם").waitFor();
  await page.unroute("**/form");
  await page.getByRole("button", { name: "התחברות מחדש" }).click(); // nobody asks whether to leave the page
  await isIn(page, "dana");

  await expect.poll(async () => (await client.cases.form(id)).fields[CITY]?.value).toBe("נהריה");
  passed += 1;
  await page.close();
});

test("signing out ends the session here, in the other tab and at the issuer", async () => {
  const page = await signedIn("dana");
  const other = await signedInAgain("dana");

  await page.getByRole("button", { name: "יציאה" }).click();
  await page.getByRole("button", { name: "כניסה עם החשבון הארגוני" }).waitFor();
  await other.getByRole("button", { name: "כניסה עם החשבון הארגוני" }).waitFor();
  await page.reload();
  await enter(page);
  await page.getByRole("link", { name: "dana" }).waitFor(); // the issuer asks who it is

  expect(issuer.asked.filter((one) => one === "end session")).toEqual(["end session"]);
  expect(await other.evaluate(() => JSON.stringify(sessionStorage))).not.toContain("access_token");
  passed += 1;
  await page.close();
  await other.close();
});

test("an issuer without an end of session is left here; Cognito's has its own address", async () => {
  issuer.reset({ offersEndSession: false });
  const page = await signedIn("dana");
  await page.getByRole("button", { name: "יציאה" }).click();
  await page.getByRole("button", { name: "כניסה עם החשבון הארגוני" }).waitFor();
  const local = [...issuer.asked];
  await browser.clearCookies();

  issuer.reset({ offersEndSession: false, audience: null });
  const asked = new URLSearchParams({ client_id: CLIENT_ID, logout_uri: app.url });
  const cognito = await signedIn("eyal", { oidc: { logout_url: `${issuer.url}/logout?${asked}` } });
  await cognito.getByRole("button", { name: "תיק חדש" }).waitFor(); // the API takes a token with a client_id and no aud
  await cognito.getByRole("button", { name: "יציאה" }).click();
  await cognito.getByRole("button", { name: "כניסה עם החשבון הארגוני" }).waitFor();

  expect(local).toEqual(["authorize", "token code"]);
  expect(issuer.asked.at(-1)).toBe(`logout?${asked}`);
  passed += 2;
  await page.close();
  await cognito.close();
});

test("a second person in another tab sees nothing of the first, nor does one who signs in after them", async () => {
  await caseOf("dana", "סודי של דנה");
  const first = await signedIn("dana");
  await first.getByText("סודי של דנה").first().waitFor();
  await browser.clearCookies();

  const second = await signedIn("eyal");
  await second.getByRole("button", { name: "תיק חדש" }).waitFor();
  const seen = await second.locator("body").innerText();
  await first.reload();
  await isIn(first, "dana");
  await first.getByText("סודי של דנה").first().waitFor();
  await first.getByRole("button", { name: "יציאה" }).click();
  await enter(first);
  await as(first, "eyal");
  await isIn(first, "eyal");
  await first.getByRole("button", { name: "תיק חדש" }).waitFor();

  expect(seen).not.toContain("סודי");
  expect(await first.locator("body").innerText()).not.toContain("סודי");
  passed += 2;
  await first.close();
  await second.close();
});

test("a token for another audience is refused by the API, and the page says so without a loop", async () => {
  issuer.reset({ audience: "another application" });

  const page = await open();
  await enter(page);
  await as(page, "dana");
  await page.getByText("השירות אינו מקבל את הכניסה שלכם").waitFor();
  await page.getByRole("button", { name: "התחברות מחדש" }).click();
  await expect.poll(() => issuer.asked.filter((one) => one === "token code").length).toBe(2);
  await page.getByText("השירות אינו מקבל את הכניסה שלכם").waitFor();
  await page.waitForLoadState("networkidle");

  expect(issuer.asked.filter((one) => one === "authorize")).toHaveLength(2);
  expect(issuer.asked.filter((one) => one === "token refresh").length).toBeLessThanOrEqual(2); // one for each sign-in
  passed += 1;
  await page.close();
});

test("what goes wrong on the way is told in a sentence: refused, another state, no JWT, no answer", async () => {
  const problems: [user: "dana" | "nobody", behaviour: Parameters<Issuer["reset"]>[0], told: string][] = [
    ["nobody", {}, "הכניסה בוטלה או נדחתה"],
    ["dana", { changesState: true }, "התשובה אינה שייכת לכניסה שהתחילה בלשונית זו"],
    ["dana", { isOpaque: true }, "לא מסר אסימון שהשירות יכול לקרוא"],
  ];
  for (const [user, behaviour, told] of problems) {
    issuer.reset(behaviour);
    await browser.clearCookies();
    const page = await open();
    await enter(page);
    await as(page, user);
    await page.getByRole("alert").getByText(told).waitFor();
    const address = page.url();
    issuer.reset();
    await browser.clearCookies();
    await enter(page);
    await as(page, "dana");
    await isIn(page, "dana");

    expect(address).not.toMatch(/[?&](code|error|state)=/);
    passed += 1;
    await page.close();
  }
  const page = await open({ oidc: { authority: "http://127.0.0.1:9" } });
  await enter(page);
  await page.getByRole("alert").getByText("ספק הזהות אינו עונה").waitFor();
  passed += 1;
  await page.close();
});

/** Another tab of somebody whom the issuer knows already: it does not ask again. */
async function signedInAgain(user: string): Promise<Page> {
  const page = await open();
  await enter(page);
  await isIn(page, user);
  return page;
}
