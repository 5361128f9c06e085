// How are dates, times, amounts and the form's values written for people?

import type { Language } from "../language.js";
import { FIELD_TEXTS } from "./field-texts.js";
import type { FieldDefinition } from "./fields.js";

const LOCALES: Record<Language, string> = { he: "he-IL", en: "en-GB" };
const DIRECTION_MARKS = /[\u200e\u200f]/g;
const ZONE = "Asia/Jerusalem";

/** `2026-05-28` as 28/05/2026; what is no full date stays as it is. */
export function dateText(iso: string): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso) ?? [];
  return year ? `${day}/${month}/${year}` : iso;
}

/** A moment in Israel: day and hour. */
export function timeText(iso: string, language: Language): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "short", timeStyle: "short", timeZone: ZONE }).format(
    at,
  );
}

export function dayText(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "full", timeZone: ZONE }).format(new Date(iso));
}

/** A size as "25 kB" or "1.2 MB", to be shown from left to right: Intl writes some sizes back to front in Hebrew. */
export function bytesText(bytes: number, language: Language): string {
  const isLarge = bytes >= 1024 * 1024;
  const value = isLarge ? bytes / (1024 * 1024) : Math.max(1, bytes / 1024);
  const digits = { maximumFractionDigits: isLarge ? 1 : 0 };
  return `${new Intl.NumberFormat(LOCALES[language], digits).format(value)}\u00a0${isLarge ? "MB" : "kB"}`;
}

function moneyText(amount: unknown, language: Language): string {
  if (typeof amount !== "number") return String(amount ?? "");
  if (amount === 0) return "";
  const format = new Intl.NumberFormat(LOCALES[language], {
    ...{ style: "currency", currency: "ILS", minimumFractionDigits: Number.isInteger(amount) ? 0 : 2 },
    maximumFractionDigits: Number.isInteger(amount) ? 0 : 2,
  });
  return format.format(amount).replace(DIRECTION_MARKS, ""); // the amount is shown in a direction of its own
}

/** A value as a text; "" for an empty one. `isCode`: it runs from left to right whatever is around it. */
export function valueText(
  definition: Pick<FieldDefinition, "kind">,
  value: unknown,
  language: Language,
): { text: string; isCode: boolean } {
  const texts = FIELD_TEXTS[language];
  const plain = value === undefined || value === null ? "" : String(value);
  switch (definition.kind) {
    case "date":
      return { text: dateText(plain), isCode: true };
    case "money":
      return { text: moneyText(value, language), isCode: true };
    case "number":
      return { text: plain === "0" ? "" : plain, isCode: true };
    case "choice":
      return { text: texts.choices[plain] ?? plain, isCode: false };
    case "yes":
      return { text: value === true ? texts.yes : texts.no, isCode: false };
    case "code":
    case "phone":
    case "email":
      return { text: plain, isCode: true };
    default:
      return { text: plain, isCode: false };
  }
}
