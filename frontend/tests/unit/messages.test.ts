import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Job, Problem } from "../../src/index.js";
import { JobFailedError, NetworkError, ProblemError, UploadError } from "../../src/index.js";
import {
  en,
  errorText,
  he,
  issueText,
  lawSourceText,
  type Messages,
  progressText,
  reasonText,
  say,
  strengthText,
} from "../../src/messages/index.js";

const problem = (code: string) =>
  new ProblemError({ code, detail: "The API's sentence.", status: 400 } as Problem, null);
const failed = (code: string) => new JobFailedError({ error: "The job's sentence.", error_info: { code } } as Job);
const job = (members: object) => ({ status: "running", progress_message: "The API's sentence.", ...members }) as Job;

/** All sentences of a language, by their place. */
function sentences(messages: Messages): [string, string][] {
  return Object.entries(messages).flatMap(([table, entries]) =>
    typeof entries === "string"
      ? []
      : Object.entries(entries as Record<string, string>).map(([code, text]): [string, string] => [
          `${table}.${code}`,
          text,
        ]),
  );
}

test("both languages have the same sentences, each in its letters and with the same parameters", () => {
  const [hebrew, english] = [sentences(he), sentences(en)];
  const gaps = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([gap]) => gap).sort();

  expect(hebrew.map(([place]) => place)).toEqual(english.map(([place]) => place));
  expect(hebrew.length).toBeGreaterThan(90);
  expect(hebrew.filter(([place, text]) => text && !/[א-ת]/.test(text) && place !== "connections.ok")).toEqual([]);
  expect(english.filter(([, text]) => /[א-ת]/.test(text))).toEqual([]);
  expect(hebrew.map(([, text]) => gaps(text))).toEqual(english.map(([, text]) => gaps(text)));
});

test.each([
  [problem("no_documents"), he.problems.no_documents],
  [problem("not_known_yet"), "The API's sentence."],
  [problem("constructor"), "The API's sentence."],
  [failed("provider_quota_exhausted"), "מכסת השימוש בבינה המלאכותית נוצלה. פנו למנהל המערכת."],
  [failed("not_known_yet"), "The job's sentence."],
  [new NetworkError("x"), he.errors.NetworkError],
  [new UploadError("x"), he.errors.UploadError],
  [new TypeError("x"), he.errors.CaseworkError],
])("an error is said in the page's language: %s", (error, sentence) => {
  expect(errorText(he, error)).toBe(sentence);
});

test.each([
  [{ progress_code: "reading_document", progress_params: { n: 2, of: 3, name: "a.pdf" } }, "קורא מסמך 2 מתוך 3: a.pdf"],
  [{ progress_code: "not_known_yet" }, "The API's sentence."],
  [{}, "The API's sentence."],
  [{ waiting_for: "model" }, he.waiting.model],
  [{ status: "pending", waiting_for: "retry" }, he.waiting.retry],
  [{ status: "pending" }, he.statuses.pending],
])("what is being done is said in the page's language: %j", (members, sentence) => {
  expect(progressText(he, job(members))).toBe(sentence);
});

test("an issue is said in the page's language, a new one by the API", () => {
  expect(issueText(he, { code: "iban_invalid", message: "x" })).toBe(he.issues.iban_invalid);
  expect(issueText(he, { code: "not_known_yet", message: "The API's sentence." })).toBe("The API's sentence.");
});

test("a parameter that is missing leaves its gap to be seen", () => {
  expect(say("{n} of {of}", { n: 1 })).toBe("1 of {of}");
});

test("why a place is wrong is said in the page's language, what is not known by the API's own sentence", () => {
  const place = { pointer: "/changes/0/value", message: "must have at most 500 characters" };
  const tooLong = { ...place, code: "too_long" as const, params: { longest: 500 } };
  const choice = { ...place, code: "not_a_choice" as const, params: { allowed: ["זכר", "נקבה"] } };

  expect(reasonText(he, tooLong)).toEqual({ text: "אפשר לכתוב כאן עד 500 תווים.", lang: "he" });
  expect(reasonText(en, tooLong)).toEqual({ text: "This must have at most 500 characters.", lang: "en" });
  expect(reasonText(he, choice).text).toContain("זכר, נקבה");
  expect(reasonText(he, place)).toEqual({ text: place.message, lang: "en" });
  expect(reasonText(he, { ...place, code: "of_tomorrow" as never })).toEqual({ text: place.message, lang: "en" });
});

test("every failure of an analysis, and every refusal, says what to do", () => {
  const instructions = /נסו|פנו|העלו|הוסיפו|טענו|בדקו|המתינו|הסירו|שמרו|החליפו|קצרו|התחברו|להתחבר/;
  const silent = ["not_found", "method_not_allowed"]; // there is nothing that a person could do
  const sentences = Object.entries({ ...he.problems, ...he.failures });

  expect(sentences.filter(([code, text]) => !silent.includes(code) && !instructions.test(text))).toEqual([]);
});

test.each([
  ["strong - אוטם ואשפוזים", "חזקה", "אוטם ואשפוזים"],
  ["Moderate – two reports", "בינונית", "two reports"],
  ["weak", "חלשה", ""],
  ["strong: מתועד", "חזקה", "מתועד"],
  ["strongly documented", null, "strongly documented"],
  ["constructor - x", null, "constructor - x"],
  ["חזקה – אוטם", null, "חזקה – אוטם"],
  ["", null, ""],
])("the claim's strength is said in the page's language: %s", (claimStrength, level, why) => {
  const { level: said, why: rest } = strengthText(he, claimStrength);

  expect([said?.text ?? null, rest]).toEqual([level, why]);
});

test("the source of the law that the API names is said in the page's language, another one in English", () => {
  const facts = new URL("../../../chalicelib/analyses/kit/btl_facts.json", import.meta.url);
  const { source, as_of } = JSON.parse(readFileSync(facts, "utf8"));
  const known = `${source} (${as_of})`;

  expect(lawSourceText(he, known)).toEqual({ text: `${he.lawSources.general_disability} (${as_of})`, lang: "he" });
  expect(lawSourceText(en, known)).toEqual({ text: known, lang: "en" });
  expect(lawSourceText(he, "Another Act (2027-01)")).toEqual({ text: "Another Act (2027-01)", lang: "en" });
});

test("what a newer API says of a job is said by its own sentence", () => {
  const job = { progress_message: "Waiting for approval", progress_code: "waiting_for_approval", progress_params: {} };
  const newer = [
    { ...job, status: "pending", waiting_for: "approval" },
    { ...job, status: "paused", waiting_for: null },
  ] as unknown as Parameters<typeof progressText>[1][];

  expect(newer.map((one) => progressText(en, one))).toEqual(["Waiting for approval", "Waiting for approval"]);
});
