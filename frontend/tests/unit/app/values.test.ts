import { expect, test } from "vitest";
import type { FieldDefinition, FieldKind } from "../../../app/src/data/fields.js";
import { valueText } from "../../../app/src/data/format.js";
import type { ReviewField } from "../../../app/src/data/review.js";
import { enteredValue } from "../../../app/src/views/review/editor.js";
import { alternativesOf } from "../../../app/src/views/review/field-row.js";
import type { Issue } from "../../../src/index.js";

const of = (kind: FieldKind): FieldDefinition => ({ name: "x", kind });

test("a number is read with its thousands, its fraction and what is around it", () => {
  for (const [text, value] of [
    ["9400", 9400],
    ["9,400 ₪", 9400],
    ["‏1,234,567.50", 1234567.5],
    ["", 0],
    [" ", 0],
    ["0", 0],
  ] as const)
    expect(enteredValue(of("money"), text), text).toBe(value);
});

test("what is no single number is not made into one: the API says why it does not take it", () => {
  for (const text of ["8500,50", "8.500,50", "8,500-9,000", "-5", "1e5", "12.5.2020", "שלושה"])
    expect(enteredValue(of("number"), text), text).toBe(text);
});

test("sources that differ on a yes are taken as they say", () => {
  const issue = {
    code: "sources_differ",
    params: { first: "True", second: "False", kept: "True" },
  } as unknown as Issue;
  const field = { definition: of("yes"), value: true, issues: [issue] } as unknown as ReviewField;

  const taken = alternativesOf(field);

  expect(taken).toEqual([{ text: "False", value: false }]);
  expect(enteredValue(of("yes"), "True")).toBe(true);
});

test("an amount is shown to the agora, and one that is no number as it was written", () => {
  const shown = (value: unknown) => valueText(of("money"), value, "en").text;

  expect(shown(9400)).toBe("₪9,400");
  expect(shown(8500.5)).toBe("₪8,500.50");
  expect(shown("8500,50")).toBe("8500,50");
  expect(shown(0)).toBe("");
});
