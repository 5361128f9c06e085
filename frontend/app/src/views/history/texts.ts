import type { Language } from "../../language.js";

export interface HistoryTexts {
  title: string;
  nothing: string;
  more: string;
  set: (field: string) => string;
  insteadOf: string;
  confirm: (section: string) => string;
  unconfirm: (section: string) => string;
  revert: (field: string) => string;
  add: (field: string) => string;
  remove: (field: string) => string;
  toField: string;
  you: string;
}

export const HISTORY: Record<Language, HistoryTexts> = {
  he: {
    title: "מי שינה מה",
    nothing: "עדיין איש לא תיקן ולא אישר דבר. כל תיקון ואישור יירשמו כאן.",
    more: "שינויים קודמים",
    set: (field) => `${field}:`,
    insteadOf: "במקום",
    confirm: (section) => `החלק „${section}״ אושר`,
    unconfirm: (section) => `אישור החלק „${section}״ בוטל`,
    revert: (field) => `${field}: חזרה לערך מהניתוח`,
    add: (field) => `נוסף: ${field}`,
    remove: (field) => `הוסר: ${field}`,
    toField: "לשדה",
    you: "אני",
  },
  en: {
    title: "Who changed what",
    nothing: "Nobody has corrected or confirmed anything yet. Each correction and confirmation is noted here.",
    more: "Earlier changes",
    set: (field) => `${field}:`,
    insteadOf: "instead of",
    confirm: (section) => `Section "${section}" confirmed`,
    unconfirm: (section) => `Confirmation of "${section}" taken back`,
    revert: (field) => `${field}: back to the analysis's value`,
    add: (field) => `Added: ${field}`,
    remove: (field) => `Removed: ${field}`,
    toField: "To the field",
    you: "me",
  },
};
