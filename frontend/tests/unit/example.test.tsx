import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { directionOf, Mixed, Quoted } from "../../example/src/mixed.js";
import { ResultView } from "../../example/src/result-view.js";
import { TEXTS, TextsContext } from "../../example/src/texts.js";
import type { AgentResult, CaseDocument } from "../../src/index.js";
import { en, he } from "../../src/messages/index.js";

/** What a page in this language shows. */
const drawn = (what: React.ReactNode, lang: "he" | "en" = "he") =>
  renderToStaticMarkup(<TextsContext.Provider value={TEXTS[lang]}>{what}</TextsContext.Provider>);

test.each([
  ["User: הגב כואב L4-L5, ואחר כך", "rtl", "הפונה: ", "Claimant: "],
  ["user : הגב כואב L4-L5", "rtl", "הפונה: ", "Claimant: "],
  ["AI: מה שלומך?", "rtl", "הסוכן: ", "Agent: "],
  ["Assistant: How are you?", "ltr", "הסוכן: ", "Agent: "],
  ["L4-L5 disc, בגב", "ltr", "", ""],
  ["L4-L5 – הגב כואב", "rtl", "", ""],
])("the words of %j run by most of their letters, and who says them is apart", (quote, dir, inHebrew, inEnglish) => {
  const words = quote.replace(/^(user|ai|assistant)\s*:\s*/i, "");
  const shown = `<q dir="${dir}" lang="${dir === "rtl" ? "he" : "en"}">${words}</q>`;

  expect(drawn(<Quoted quote={quote} />)).toBe(`${inHebrew}${shown}`);
  expect(drawn(<Quoted quote={quote} />, "en")).toBe(`${inEnglish}${shown}`);
});

test("text without letters of either script, and controls that turn text around, do no harm", () => {
  expect(directionOf("12/03/2024")).toEqual({ dir: "ltr", lang: "en" });
  expect(drawn(<Mixed text={"abc\u202Edef"} />)).toContain("abc⟦U+202E⟧def");
  expect(drawn(<Mixed text="<img onerror=alert(1)>" />)).not.toContain("<img");
});

test("a quote says its document and page, and one of the call says so without a page", () => {
  const finding = { text: "ממצא", quote: "מילים" };
  const findings = [
    { ...finding, document_id: "d1", page: 2 },
    { ...finding, document_id: "call", page: 1 },
    { ...finding, document_id: "gone", page: 3 },
  ];
  const result = { analysis: { claim_rate: 50, findings, summary: "סיכום", gaps: [] } } as unknown as AgentResult;
  const documents = [{ id: "d1", file_name: "Discharge summary.pdf" }] as CaseDocument[];
  const places = (lang: "he" | "en") => {
    const view = <ResultView jobType="document_analysis_agent" result={result} documents={documents} />;
    return [...drawn(view, lang).matchAll(/<cite[^>]*>(.*?)<\/cite>/g)].map(([, place]) => place);
  };

  expect(places("he")).toEqual(['<bdi dir="ltr" lang="en">Discharge summary</bdi>, עמ׳ 2', "השיחה", "עמ׳ 3"]);
  expect(places("en")).toEqual(['<bdi dir="ltr" lang="en">Discharge summary</bdi>, page 2', "the call", "page 3"]);
});

/** All sentences of a table, however deep. */
function sentences(table: object): string[] {
  return Object.values(table).flatMap((value) =>
    typeof value === "string" ? [value] : typeof value === "object" && value !== null ? sentences(value) : [],
  );
}

/** What is said to one man, as an order; the page speaks to all. */
const TO_ONE_MAN = /(^|[\s.,–])(התחל|נסה|בדוק|הרץ|פנה|בטל|טען|בחר|חזור|לחץ|הרשאתך|שלך|לך)(?=$|[\s.,!?:])/;

test("the page speaks to all in one form, and trails off with one sign", () => {
  const hebrew = [...sentences({ ...TEXTS.he, messages: null }), ...sentences(he)];
  const english = [...sentences({ ...TEXTS.en, messages: null }), ...sentences(en)];

  expect("נסה שוב").toMatch(TO_ONE_MAN);
  expect(hebrew.length).toBeGreaterThan(100);
  expect(hebrew.filter((sentence) => TO_ONE_MAN.test(sentence))).toEqual([]);
  expect([...hebrew, ...english].filter((sentence) => sentence.includes("..."))).toEqual([]);
});
