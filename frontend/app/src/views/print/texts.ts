import type { FieldState } from "../../data/review.js";
import type { Language } from "../../language.js";

export interface PrintTexts {
  title: string;
  print: string;
  about: string;
  noForm: string;
  written: (when: string) => string;
  confirmedBy: (by: string, when: string) => string;
  notConfirmed: string;
  open: string;
  noOpen: string;
  unsaved: string;
  states: Record<FieldState, string>;
  field: string;
  value: string;
  basis: string;
  evidence: string;
  page: string;
  call: string;
  eligibility: string;
  missing: string;
  signature: string;
  none: string;
}

export const PRINT: Record<Language, PrintTexts> = {
  he: {
    title: "סיכום תביעת נכות כללית, טופס בל/7801",
    print: "הדפסה",
    about: "כך ייראה הסיכום בהדפסה: הטופס, רשימת המקורות עם העמודים, ומה שעדיין פתוח.",
    noForm: "עדיין אין טופס להדפסה.",
    written: (when) => `הופק ${when}`,
    confirmedBy: (by, when) => `אושר: ${by}, ${when}`,
    notConfirmed: "טרם אושר",
    open: "פתוח לבדיקה",
    noOpen: "אין ערכים שממתינים לבדיקה.",
    unsaved: "שינוי שעדיין לא נשמר.",
    states: {
      conflict: "סתירה, לא הוכרע",
      person: "הוזן ידנית",
      doubtful: "טעון בדיקה",
      missing: "חסר",
      document: "",
      call: "מן השיחה",
      computed: "חושב",
      plain: "",
    },
    field: "שדה",
    value: "ערך",
    basis: "על סמך",
    evidence: "מקורות",
    page: "עמ׳",
    call: "השיחה עם התובע",
    eligibility: "תנאי הזכאות",
    missing: "מסמכים שעדיין חסרים",
    signature: "חתימת עורך הדין / התובע",
    none: "–",
  },
  en: {
    title: "Summary of a general disability claim, form 7801",
    print: "Print",
    about: "This is how it prints: the form, its sources with their pages, and what is still open.",
    noForm: "There is no form to print yet.",
    written: (when) => `Written ${when}`,
    confirmedBy: (by, when) => `Confirmed: ${by}, ${when}`,
    notConfirmed: "Not confirmed yet",
    open: "Open",
    noOpen: "No value waits to be checked.",
    unsaved: "a change that is not saved yet.",
    states: {
      conflict: "Conflict, not decided",
      person: "Set by a person",
      doubtful: "To be checked",
      missing: "Missing",
      document: "",
      call: "From the call",
      computed: "Computed",
      plain: "",
    },
    field: "Field",
    value: "Value",
    basis: "Rests on",
    evidence: "Sources",
    page: "p.",
    call: "The call with the claimant",
    eligibility: "Eligibility",
    missing: "Documents still missing",
    signature: "Signature of lawyer / claimant",
    none: "–",
  },
};
