// Is the printed summary complete, in order, and whole? Read back from the PDF, word by word.

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FIELD_TEXTS } from "../../app/src/data/field-texts.js";
import { isEmpty } from "../../app/src/data/fields.js";
import { valueText } from "../../app/src/data/format.js";
import { pathText } from "../../app/src/data/paths.js";
import { formAnalysisOf, requestedOf } from "../../app/src/data/queries.js";
import { reviewOf } from "../../app/src/data/review.js";
import type { Language } from "../../app/src/language.js";
import { createSampleCase, type SampleCase } from "../../local/sample-case.js";
import { figure } from "../figures.js";
import { openBrowser } from "../system/browser.js";
import { ownSystem } from "../system/own-system.js";
import { newUser, type User } from "../system/user.js";
import { expectQuiet, openApp, type ServedApp, serveApp } from "./app.js";
import { follows, isNear, type PrintedLine, printedPages, textOf, wordsOf } from "./printed.js";

const CASES: SampleCase[] = ["cardiac_case", "contradictions_case"];
const EMAIL = "yosef.ben-agada@example.com";
/** 18 mm of A4, in parts of its width, less a pixel; and 1 mm of its height. */
const SIDE = 18 / 210 - 0.002;
const END = 1 / 297;
const NUMBERED: Record<Language, (page: number, of: number) => string> = {
  he: (page, of) => `עמוד ${page} מתוך ${of}`,
  en: (page, of) => `Page ${page} of ${of}`,
};
const PAGE_SHORT: Record<Language, string> = { he: "עמ׳", en: "p." };
const CALL: Record<Language, string> = { he: "השיחה עם התובע", en: "The call with the claimant" };
const isHebrew = (word: string) => /\p{Script=Hebrew}/u.test(word);
/** A line of two directions can be read in either: the words of one of them keep their order, all are near. */
const IS_THERE: Record<Language, typeof isNear> = {
  he: (text, lead, words) => follows(text, lead, words.filter(isHebrew)) && isNear(text, lead, words),
  en: isNear,
};
/** What a heading has below it on its page at least: what the section is, the head of its table and a row. */
const LEAST_BELOW = 2;

const system = ownSystem({ emulatorSeconds: 0 });
let browser: BrowserContext;
let closeBrowser: () => Promise<void>;
let app: ServedApp;
let user: User;
const cases = new Map<SampleCase, string>();

beforeAll(async () => {
  ({ browser, close: closeBrowser } = await openBrowser());
  app = await serveApp(system);
  user = newUser(system);
  const { client } = user;
  for (const name of CASES) {
    const id = await createSampleCase(client, name);
    cases.set(name, id);
    await client.run("call_analysis", id);
    await client.run("document_analysis_form7801", id);
    const { version } = await client.cases.form(id);
    await client.cases.changeForm(id, version, { changes: [{ field: "personal_info.email", value: EMAIL }] });
  }
});

afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function openPrint(id: string, language: Language): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openApp(browser, app, { token: user.token, language, at: `/cases/${id}/print` });
  await opened.page.evaluate((chosen) => localStorage.setItem("casework language", chosen), language);
  await opened.page.reload();
  await opened.page.locator(".source-list li").first().waitFor();
  return opened;
}

/** What runs over the margins, or is at a page's end though it is a heading. */
async function misplaced(page: Page, pages: PrintedLine[][]): Promise<string[]> {
  const headings = new Set(
    (await page.locator(".paper :is(h3, caption)").allTextContents()).map((text) => wordsOf(text).join(" ")),
  );
  return pages.flatMap((lines, index) => {
    const over = lines.filter(({ boxes }) =>
      boxes.some(([left, top, right, bottom]) => left < SIDE || right > 1 - SIDE || top < END || bottom > 1 - END),
    );
    const last = lines.slice(-1 - LEAST_BELOW, -1); // without the page's number
    const stranded = last.filter(({ text }) => headings.has(wordsOf(text).join(" ")));
    return [...over, ...stranded].map(({ text }) => `page ${index + 1}: ${text}`);
  });
}

/** Something that has to be on paper: words, right after others. */
interface Expected {
  what: "value" | "source" | "open" | "requested";
  lead: string;
  words: string[];
}

/** All that the API says of a case and that belongs on paper. */
async function expectedOf(id: string, language: Language): Promise<Expected[]> {
  const theCase = await user.client.cases.get(id);
  const form = await user.client.cases.form(id);
  const { fields } = reviewOf(form, formAnalysisOf(theCase));
  const names = new Map(theCase.documents.map((document) => [document.id, document.file_name]));
  const filled = fields.filter(({ value }) => !isEmpty(value));
  const values = filled.map(({ definition, value }) => ({
    what: "value" as const,
    lead: FIELD_TEXTS[language].fields[definition.name] ?? "",
    words: wordsOf(valueText(definition, value, language).text),
  }));
  const open = fields
    .filter(({ isOpen }) => isOpen)
    .map(({ path }) => ({ what: "open" as const, lead: `${pathText(path, language, form)}:`, words: [] }));
  const analysed = filled.filter(({ state }) => state !== "person").flatMap(({ evidence }) => evidence);
  const sources = analysed.map(({ document_id, page, quote }) => {
    const name = names.get(document_id);
    const place = name ? [...wordsOf(name), ...wordsOf(`${PAGE_SHORT[language]} ${page}`)] : wordsOf(CALL[language]);
    const said = wordsOf(quote.replace(/^(user|ai)\s*:/i, ""));
    if (language === "en") return { what: "source" as const, lead: said.join(" "), words: place };
    const begin = place.findIndex((word) => !isHebrew(word));
    const [lead, rest] = [place.slice(0, begin < 0 ? undefined : begin), begin < 0 ? [] : place.slice(begin)];
    return { what: "source" as const, lead: lead.join(" "), words: [...rest, ...said] };
  });
  const requested = requestedOf(theCase)
    .filter(({ uploaded }) => !uploaded)
    .map(({ name }) => ({ what: "requested" as const, lead: name, words: [] }));
  return [...values, ...open, ...sources, ...requested];
}

/** Words of the page that are not on paper as often; and pages without their number, or the case's title. */
async function lostOf(page: Page, pages: PrintedLine[][], language: Language): Promise<string[]> {
  const printed = wordsOf(textOf(pages.flat()));
  const shown = wordsOf(await page.locator(".paper").innerText());
  const count = (words: string[], word: string) => words.filter((one) => one === word).length;
  const lost = [...new Set(shown)].filter((word) => count(printed, word) < count(shown, word));
  const title = wordsOf(await page.getByRole("heading", { level: 1 }).innerText()).join(" ");
  const bare = pages.flatMap((lines, index) => {
    const isNumbered = textOf(lines.slice(-1)) === NUMBERED[language](index + 1, pages.length);
    return isNumbered && textOf(lines.slice(0, 3)).includes(title) ? [] : [`page ${index + 1} has no number or title`];
  });
  return [...lost, ...bare];
}

test.each(["he", "en"] as const)("the printed summary says all that the form does, in %s", async (language) => {
  const expected: Expected[] = [];
  const missed: string[] = [];
  let count = 0;
  for (const id of cases.values()) {
    const { page, complaints } = await openPrint(id, language);
    const pages = await printedPages(page);
    const text = textOf(pages.flat());
    const own = await expectedOf(id, language);
    expected.push(...own);
    missed.push(
      ...own.filter(({ lead, words }) => !IS_THERE[language](text, lead, words)).map((one) => JSON.stringify(one)),
    );
    missed.push(...(await lostOf(page, pages, language)), ...(await misplaced(page, pages)));
    count += pages.length;
    expectQuiet(complaints);
    await page.close();
  }

  const counted = (["value", "source", "open", "requested"] as const).map(
    (what) => `${expected.filter((one) => one.what === what).length} ${what}`,
  );
  const what = `app: print read back from its PDF, ${language}, two cases, ${count} pages`;
  figure(what, `${missed.length} lost, cut or misplaced of ${counted.join(", ")}`, "0");
  expect(missed).toEqual([]);
  expect(counted.filter((one) => one.startsWith("0 "))).toEqual([]);
});

test("long titles, names and words are broken into lines, not cut at the edge of the page", async () => {
  const { client } = user;
  const word = "ארוכמאוד".repeat(30);
  const id = await createSampleCase(client, "cardiac_case");
  await client.run("document_analysis_form7801", id);
  const { version } = await client.cases.form(id);
  const changes = [
    { field: "personal_info.address", value: word },
    { field: "personal_info.email", value: `${"long".repeat(15)}@${"example".repeat(8)}.com` },
    { field: "disability_info.primary_disability_description", value: "כאב כרוני בגב, L4-L5, ".repeat(80).trim() },
  ];
  await client.cases.changeForm(id, version, { changes });
  const { page } = await openPrint(id, "he");
  await page.route(
    (url) => url.origin === system.apiUrl && url.pathname === `/cases/${id}`,
    async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      for (const document of json.documents ?? []) document.file_name = `${"סיכום ארוך ".repeat(12)}${word}.pdf`;
      return route.fulfill({ response, json: { ...json, title: `תביעה של ${word.slice(0, 150)}` } });
    },
  );
  await page.reload();
  await page.locator(".source-list li").first().waitFor();

  const pages = await printedPages(page);

  const joined = pages
    .flat()
    .map(({ text }) => text)
    .join("")
    .replace(/\s/g, "");
  expect(await misplaced(page, pages)).toEqual([]);
  expect(joined.split("ארוכמאוד").length).toBeGreaterThan(30);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.close();
});
