// What can a text from outside do? Nothing: not to the page, not to its directions, not as a file that is opened.

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { figure } from "../figures.js";
import { openBrowser } from "../system/browser.js";
import { ownSystem } from "../system/own-system.js";
import { newUser, type User } from "../system/user.js";
import { openApp, type ServedApp, serveApp } from "./app.js";
import { addressOf, analysedCase, CASE_VIEWS } from "./case-views.js";

const HACK = "window.hacked=1";
const EVIL: Record<string, string> = {
  markup: `</script><img src=x onerror="${HACK}">\u202eevil\u2066<script>${HACK}</script>`,
  "links in Markdown": `[here](javascript:${HACK}) ![x](data:text/html,<script>${HACK}</script>) <javascript:${HACK}> **b**`,
  "addresses alone": `javascript:${HACK}`,
  "a picture with a script": `<svg onload="${HACK}"><a xlink:href="javascript:${HACK}"><text>click</text></a></svg>`,
  "buttons and forms": `<button onclick="${HACK}">אישור החלק</button><form action=//evil.example><input name=token></form><dialog open>`,
  "templates and closing tags": `{{constructor.constructor("${HACK}")()}} \${${HACK}} --> ]]> </title></textarea></style>`,
  "NUL, controls and heaped marks": `a\u0000b\u0008\u001b[31mc Z${"\u0335\u0489".repeat(60)} \ufeff\u2028x`,
  "a word of 100 KB": "א".repeat(100_000),
};
/** A page of the case has hundreds of texts: so many of them are the long word, all others are evil in another way. */
const MOST_LONG = 4;

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

/** Every text of an answer with something evil before it; ids, codes and addresses stay, or nothing would be shown. */
function poisoner(evil: string) {
  let left = evil.length > 10_000 ? MOST_LONG : Number.POSITIVE_INFINITY;
  const poisoned = (value: unknown, name = ""): unknown => {
    if (Array.isArray(value)) return value.map((one) => poisoned(one, name));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poisoned(one, key)]));
    }
    const isShown =
      typeof value === "string" && !/(^|_)(id|url|at|code|action|field|status|type|rule|match|by)$|version/.test(name);
    if (!isShown || left <= 0) return value;
    left -= 1;
    return `${evil} ${value}`;
  };
  return poisoned;
}

/** What an evil text did to the page; nothing, one hopes. */
function doneTo(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = (selector: string) => [...document.querySelectorAll(selector)];
    const done: [what: string, isDone: boolean][] = [
      ["a script ran", "hacked" in window],
      [
        "an element came in",
        all('img[src="x"], svg[onload], form[action], iframe, object, embed, main script').length > 0,
      ],
      ["a handler came in", all("[onclick], [onerror], [onload]").length > 0],
      ["a link leads elsewhere", all("a[href]").some((link) => !link.getAttribute("href")?.startsWith("#"))],
      ["a dialog opened", all("dialog[open]").length > 0],
      ["text was turned around", /[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText + document.title)],
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      ["controls are in the text", /[\u0000-\u0008\u001b\ufeff]/.test(document.body.innerText)],
      ["marks are heaped up", /\p{M}{5}/u.test(document.body.innerText)],
      ["the page is too wide", document.documentElement.scrollWidth > innerWidth + 1],
    ];
    return done.filter(([, isDone]) => isDone).map(([what]) => what);
  });
}

test("what is injected into titles, file names, documents, calls and the models' answers stays text", async () => {
  const alive: string[] = [];
  for (const [kind, evil] of Object.entries(EVIL)) {
    const { page, complaints } = await openApp(browser, app, { token: user.token, at: "/nowhere" });
    await page.route(
      (url) => url.origin === system.apiUrl && url.pathname.startsWith("/cases"),
      async (route) => {
        const response = await route.fetch();
        const isJson = response.headers()["content-type"]?.includes("json");
        if (!isJson || route.request().method() === "OPTIONS") return route.fulfill({ response });
        return route.fulfill({ response, json: poisoner(evil)(await response.json()) });
      },
    );
    await page.reload(); // nothing is kept of what came before the route
    const begin = evil.slice(0, 8).replace(/[^\x20-\x7e\u05d0-\u05ea].*/s, "");
    for (const view of CASE_VIEWS) {
      await page.goto(`${app.url}#${addressOf(view, caseId)}`);
      await page.locator("main").getByText(begin).first().waitFor({ state: "attached" });
      const done = await doneTo(page);
      alive.push(...done.map((what) => `${kind}, ${view.name}: ${what}`));
    }
    alive.push(...complaints.map((one) => `${kind}: ${one}`));
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.close();
  }

  const what = `${Object.keys(EVIL).length} kinds in ${CASE_VIEWS.length} views`;
  figure(`app: injected texts that had an effect, ${what}`, String(alive.length), "0");
  expect(alive).toEqual([]);
}, 300_000);

test("documents with scripts are saved, not shown: their address opens nothing in a tab", async () => {
  const script = `<script>${HACK}</script>`;
  const files: [name: string, type: string, text: string][] = [
    ["page.html", "text/html", `<!doctype html><title>x</title>${script}<p>שלום</p>`],
    ["invoice\u202elmth.html", "text/html", `<html><body onload="${HACK}">${script}`],
    ["note.txt", "text/plain", script],
  ];
  const { id } = await user.client.cases.create({ title: "Scripts" });
  const { page } = await openApp(browser, app, { token: user.token, language: "en", at: `/cases/${id}` });
  for (const [file_name, type, text] of files) {
    const { id: documentId } = await user.client.documents.upload(id, new Blob([text], { type }), { file_name });
    const { url } = await user.client.documents.content(id, documentId);
    const { headers } = await fetch(url);
    expect(headers.get("content-disposition"), file_name).toMatch(/^attachment;/);
    const tab = await browser.newPage();
    const [download] = await Promise.all([tab.waitForEvent("download"), tab.goto(url).catch(() => null)]);
    expect(download.suggestedFilename()).not.toMatch(/[\u202a-\u202e]/);
    expect(await tab.evaluate(() => "hacked" in window)).toBe(false);
    await tab.close();
  }
  await page.reload();
  await page.getByRole("button", { name: "Download: page.html" }).waitFor();
  await page.close();
});

test("the served page takes no script but its own, whatever is put into it", async () => {
  const { page } = await openApp(browser, app, { token: user.token });
  await page.locator(".case-table").waitFor();

  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  const came = await page.evaluate(async (hack) => {
    const refused: string[] = [];
    const attempt = (name: string, action: () => unknown) => {
      try {
        action();
      } catch (error) {
        refused.push(`${name}: ${(error as Error).name}`);
      }
    };
    document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => refused.push(violatedDirective));
    // Later, since what a debugger asks for itself may evaluate texts.
    setTimeout(() => {
      attempt("eval", () => new Function(hack)());
      attempt("markup", () => {
        document.body.insertAdjacentHTML("beforeend", `<img src=x onerror="${hack}">`);
      });
      attempt("script", () => {
        const script = document.createElement("script");
        script.text = hack;
        document.body.append(script);
      });
      attempt("link", () => {
        const link = Object.assign(document.createElement("a"), { href: `javascript:${hack}` });
        document.body.append(link);
        link.click();
      });
      attempt("frame", () => {
        const frame = Object.assign(document.createElement("iframe"), { src: "data:text/html,x" });
        document.body.append(frame);
      });
    }, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { hacked: "hacked" in window, refused };
  }, HACK);

  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(came.hacked).toBe(false);
  expect(came.refused.length).toBeGreaterThanOrEqual(4);
  await page.close();
});
