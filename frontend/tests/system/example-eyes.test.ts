// What do readers of either language see of the example, and those who do not see it?

import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { axeViolations } from "../app/app.js";
import { figure } from "../figures.js";
import { picture } from "./browser.js";
import { openExample, START } from "./example-page.js";
import { ownSystem } from "./own-system.js";

const system = ownSystem({ emulatorSeconds: 1 });
const example = openExample(system);

const LANGUAGES = [
  { lang: "he", form: "טופס 7801", agent: "סוכן המסמכים", start: START, cancel: "ביטול" },
  { lang: "en", form: "Form 7801", agent: "Document agent", start: /^Start AI analysis/, cancel: "Cancel" },
];

test("axe finds nothing in any state of the page, in both languages", async () => {
  const { page, card } = example;
  const found: string[] = [];
  let looks = 0;
  const look = async (state: string) => {
    looks += 1;
    found.push(...(await axeViolations(page)).map((violation) => `${state}: ${violation}`));
  };
  for (const { lang, form, agent, start, cancel } of LANGUAGES) {
    await page.goto(`?lang=${lang}`.replace("?", `${page.url().split("?")[0]}?`));
    await card(form).getByRole("button", { name: start }).waitFor();
    await look(`${lang} idle`);
    await system.setPace(20);
    await card(form).getByRole("button", { name: start }).click();
    await card(form).getByRole("progressbar").waitFor();
    await card(form).locator(`xpath=self::*[@data-status="running"]`).waitFor();
    await look(`${lang} running`);
    await card(form).getByRole("button", { name: cancel }).click();
    await card(form).locator(`xpath=self::*[@data-status="cancelled"]`).waitFor();
    await look(`${lang} cancelled`);
    await system.setPace(1);
    await system.addFault({ kind: "quota", provider: "anthropic" });
    await card(agent).getByRole("button", { name: start }).click();
    await card(agent).getByRole("alert").waitFor();
    await look(`${lang} failed`);
    await card(agent).getByRole("button").first().click();
    await card(agent).getByRole("article").waitFor();
    await card(form).getByRole("button", { name: start }).click();
    await card(form).getByRole("article").waitFor();
    await look(`${lang} done`);
    await page.context().setOffline(true);
    await look(`${lang} offline`);
    await page.context().setOffline(false);
    await picture(page.locator("main"), `example-done-${lang}`);
    for (const job of (await example.user.client.jobs.list({ case_id: example.caseId })).jobs)
      await example.user.client.jobs.delete(job.job_id);
  }

  figure("axe on the example page, both languages", `${found.length} violations in ${looks} looks`, "0");
  expect(found).toEqual([]);
});

test("the ring of the focus stands out from what is around it, in both languages and on both kinds of buttons", async () => {
  const { page, form } = example;
  await form().getByRole("button", { name: START }).click();
  await form().getByRole("article").waitFor();
  const contrasts: number[] = [];
  for (const button of await page.getByRole("button").all()) {
    await button.focus();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab"); // a focus that came by key
    contrasts.push(await button.evaluate(ringContrast));
  }

  expect(contrasts.length).toBeGreaterThanOrEqual(3);
  expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(3);
});

test("words of either direction are laid out as they are read, at the side where their lines begin", async () => {
  const { page, form, card } = example;
  await page.route("**/jobs/*", async (route) => {
    const response = await route.fetch();
    const job = await response.json();
    const analysis = job.result?.analysis;
    if (analysis && job.job_type === "document_analysis_agent")
      analysis.findings = [SAID, LONG_DIAGNOSIS].map((quote) => ({
        text: "מצב הגב",
        document_id: "call",
        page: 1,
        quote,
      }));
    else if (analysis) analysis.form_7801.disability_info.primary_disability_description = LONG_DIAGNOSIS;
    await route.fulfill({ response, json: job });
  });
  await form().getByRole("button", { name: START }).click();
  await card("סוכן המסמכים").getByRole("button", { name: START }).click();
  const diagnosis = form().locator("dd").getByText(LONG_DIAGNOSIS);
  const [said, quoted] = [0, 1].map((place) => card("סוכן המסמכים").locator("blockquote").nth(place)) as [
    Locator,
    Locator,
  ];
  await diagnosis.waitFor();
  await said.waitFor();

  for (const english of [diagnosis, quoted.locator("q")]) {
    const lefts = await english.evaluate(lineLefts);
    expect(lefts.length).toBeGreaterThan(1);
    expect(new Set(lefts).size).toBe(1); // English lines begin at one left edge
  }
  const words = await said.locator("q").evaluate(wordLefts, ["הגב", "L4-L5,", "ואחר", "הרגל."]);
  expect(words).toEqual([...words].sort((one, other) => other - one)); // Hebrew words follow each other to the left
  expect(await said.textContent()).toBe(`הפונה: ${SAID.slice("User: ".length)} השיחה`);
});

const LONG_DIAGNOSIS = `Chronic low back pain with radiation to the left leg${", lumbar disc herniation L4-L5".repeat(4)}`;
const SAID = "User: הגב כואב L4-L5, ואחר כך גם הרגל.";

/** The contrast of an element's outline with the first ground behind it (WCAG 1.4.11). */
function ringContrast(element: Element): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const { outlineColor, outlineStyle } = getComputedStyle(element);
  let behind = element.parentElement;
  while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  const ground = behind ? getComputedStyle(behind).backgroundColor : "rgb(255, 255, 255)";
  const [lighter = 0, darker = 0] = [luminance(outlineColor), luminance(ground)].sort((one, other) => other - one);
  return outlineStyle === "none" ? 1 : (lighter + 0.05) / (darker + 0.05);
}

/** Where each line of an element's text begins. */
function lineLefts(element: Element): number[] {
  const range = document.createRange();
  range.selectNodeContents(element);
  const lefts = new Map<number, number>();
  for (const { top, left } of range.getClientRects())
    lefts.set(Math.round(top), Math.min(Math.round(left), lefts.get(Math.round(top)) ?? Number.POSITIVE_INFINITY));
  return [...lefts.values()];
}

/** Where each of these words of an element's text begins. */
function wordLefts(element: Element, words: string[]): number[] {
  const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode() as Text;
  return words.map((word) => {
    const range = document.createRange();
    range.setStart(text, text.data.indexOf(word));
    range.setEnd(text, text.data.indexOf(word) + word.length);
    return range.getBoundingClientRect().left;
  });
}
