import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { definitionOf, pathText } from "../../../app/src/data/paths.js";
import { findQuote, spokenBy } from "../../../app/src/data/quotes.js";
import { fileNameText } from "../../../app/src/parts/file-name.js";
import { directionOf, shown } from "../../../app/src/parts/mixed.js";
import { personOf } from "../../../app/src/session.js";

test.each([
  ["over a line break", "שם: תמר\nדוגמא, חיפה", "תמר דוגמא", "תמר\nדוגמא"],
  ["with other quotation marks", 'ד״ר כהן אמר "כן"', 'ד"ר כהן', "ד״ר כהן"],
  ["with a maqaf for a hyphen", "בן־אגדה יוסף", "בן-אגדה", "בן־אגדה"],
  ["with vowel points", "שָׁלוֹם לכולם", "שלום", "שָׁלוֹם"],
  ["with bidi marks in between", "מספר \u200f123 כאן", "מספר 123", "מספר \u200f123"],
  ["in another case", "ACUTE infarction", "acute INFARCTION", "ACUTE infarction"],
  ["without its speaker", "נכנסתי ב-15 בנובמבר", "User: נכנסתי ב-15 בנובמבר", "נכנסתי ב-15 בנובמבר"],
])("a quote is found %s", (_, text, quote, found) => {
  const span = findQuote(text, quote);

  expect(span && text.slice(span.start, span.end)).toBe(found);
});

test("a quote that is not there is not found, nor is an empty one", () => {
  expect(findQuote("טקסט אחר", "תמר")).toBeNull();
  expect(findQuote("טקסט", "User: ")).toBeNull();
});

test("who says a quote is told apart from the words", () => {
  expect(spokenBy("User: שלום")).toEqual({ speaker: "user", words: "שלום" });
  expect(spokenBy("AI: שלום")).toEqual({ speaker: "bot", words: "שלום" });
  expect(spokenBy("שלום: כן")).toEqual({ speaker: null, words: "שלום: כן" });
});

test("controls that turn text around are shown, others are dropped", () => {
  expect(shown("invoice\u202efdp.exe")).toBe("invoice⟦U+202E⟧fdp.exe");
  expect(shown("a\u0000b\u0007c\nd\te")).toBe("abc\nd\te");
  expect(shown(`Z${"\u0335".repeat(40)}a`)).toBe("Z\u0335\u0335\u0335\u0335a");
  expect(shown("שָׁלוֹם")).toBe("שָׁלוֹם");
});

test("most letters decide the direction, not the first", () => {
  expect(directionOf("MRI של עמוד שדרה מותני")).toEqual({ dir: "rtl", lang: "he" });
  expect(directionOf("Chronic pain (כאב)")).toEqual({ dir: "ltr", lang: "en" });
});

test("a file's ending stays with the number before it, and at the end of a Hebrew name", () => {
  expect(fileNameText("סיכום 22.4.2026.pdf")).toBe("סיכום \u200e22.4.2026.pdf");
  expect(fileNameText("סיכום.pdf")).toBe("סיכום\u200f.pdf");
  expect(fileNameText("report 2.final.pdf")).toBe("report 2.final.pdf");
  expect(fileNameText("2026.pdf")).toBe("2026.pdf");
  expect(fileNameText("בלי סיומת")).toBe("בלי סיומת");
  expect(fileNameText("fdp\u202e.exe")).toBe("fdp⟦U+202E⟧.exe");
});

test("paths are called by the form's words", () => {
  expect(pathText("personal_info", "he")).toBe("פרטים אישיים");
  expect(pathText("personal_info.city", "en")).toBe("Town");
  expect(pathText("employment_history.employment_records[r1].end_date", "en")).toBe("Employer, Ended");
  expect(definitionOf("employment_history.employment_records[r1].end_date").kind).toBe("date");
  expect(definitionOf("disability_info.disability_types.cancer").kind).toBe("yes");
});

test("a person is read from a token of any of the usual shapes", () => {
  const token = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;

  expect(personOf(token({ sub: "u1" }))).toEqual({ id: "u1", name: "u1", isAdmin: false });
  expect(personOf(token({ sub: "u1", name: "דנה", role: "admin" }))).toMatchObject({ name: "דנה", isAdmin: true });
  expect(personOf(token({ sub: "u1", app_metadata: { role: "admin" } }))?.isAdmin).toBe(true);
  expect(personOf(token({ sub: "u1", "cognito:groups": ["staff", "admin"] }))?.isAdmin).toBe(true);
  expect(personOf(token({ sub: "u1", realm: { roles: ["admin"] } }), "realm.roles")?.isAdmin).toBe(true);
  expect(personOf(token({ sub: "u1", "https://x.example/role": "admin" }), "https://x.example/role")?.isAdmin).toBe(
    true,
  );
  expect(personOf(token({ sub: "u1", role: "admin" }), "realm.roles")?.isAdmin).toBe(false);
  expect(personOf(token({}))).toBeNull();
  expect(personOf("no token")).toBeNull();
});

test("browsers are told not to translate the page: its values are the claim's own words", () => {
  const page = readFileSync(new URL("../../../app/index.html", import.meta.url), "utf8");

  expect(page).toMatch(/<html [^>]*translate="no"/);
  expect(page).toContain('<meta name="google" content="notranslate" />');
});
