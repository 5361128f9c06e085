import type { Language } from "../../language.js";

export interface CasesTexts {
  title: string;
  newCase: string;
  caseTitle: string;
  titleHint: string;
  create: string;
  cancel: string;
  search: string;
  all: string;
  needsMe: string;
  columns: { title: string; state: string; documents: string; changed: string };
  more: string;
  empty: string;
  emptyHint: string;
  nothingFound: string;
  nothingNeeded: string;
  blocking: (count: number) => string;
  check: (count: number) => string;
  conflicts: (count: number) => string;
  unconfirmed: (count: number) => string;
  noForm: string;
  ready: string;
  working: (percent: number) => string;
  found: (count: number) => string;
}

const hebrew = new Intl.PluralRules("he");
const several = (count: number, one: string, two: string, many: string) =>
  ({ one, two })[hebrew.select(count) as "one" | "two"] ?? `${count} ${many}`;

export const CASES: Record<Language, CasesTexts> = {
  he: {
    title: "תיקים",
    newCase: "תיק חדש",
    caseTitle: "שם התיק",
    titleHint: "למשל שם התובע. אפשר להוסיף מסמכים ושיחה בשלב הבא.",
    create: "יצירת התיק",
    cancel: "ביטול",
    search: "חיפוש לפי שם התיק או התובע",
    all: "הכול",
    needsMe: "דורש אותי",
    columns: { title: "תיק", state: "מצב", documents: "מסמכים", changed: "שינוי אחרון" },
    more: "עוד תיקים",
    empty: "עדיין אין תיקים",
    emptyHint: "צרו תיק, גררו אליו את המסמכים והריצו ניתוח. תוך דקה תראו את הטופס לצד המסמכים.",
    nothingFound: "אין תיק שמתאים לחיפוש.",
    nothingNeeded: "שום תיק אינו ממתין לכם.",
    blocking: (count) => several(count, "חסם אחד", "שני חסמים", "חסמים"),
    check: (count) => several(count, "ערך אחד לבדיקה", "שני ערכים לבדיקה", "ערכים לבדיקה"),
    conflicts: (count) => several(count, "סתירה אחת", "שתי סתירות", "סתירות"),
    unconfirmed: (count) => several(count, "חלק אחד לאישור", "שני חלקים לאישור", "חלקים לאישור"),
    noForm: "טרם נותח",
    ready: "מאושר כולו",
    working: (percent) => `מנתח… ${percent}%`,
    found: (count) => several(count, "נמצא תיק אחד", "נמצאו שני תיקים", "תיקים"),
  },
  en: {
    title: "Cases",
    newCase: "New case",
    caseTitle: "Title of the case",
    titleHint: "For example the claimant's name. Documents and the call come next.",
    create: "Create the case",
    cancel: "Cancel",
    search: "Search by title or claimant",
    all: "All",
    needsMe: "Needs me",
    columns: { title: "Case", state: "State", documents: "Documents", changed: "Last change" },
    more: "More cases",
    empty: "There are no cases yet",
    emptyHint: "Create a case, drop its documents, run an analysis. Within a minute the form is beside the documents.",
    nothingFound: "No case fits the search.",
    nothingNeeded: "No case waits for you.",
    blocking: (count) => `${count} blocking`,
    check: (count) => `${count} to check`,
    conflicts: (count) => (count === 1 ? "1 conflict" : `${count} conflicts`),
    unconfirmed: (count) => (count === 1 ? "1 section to confirm" : `${count} sections to confirm`),
    noForm: "Not analysed yet",
    ready: "All confirmed",
    working: (percent) => `Analysing… ${percent}%`,
    found: (count) => (count === 1 ? "1 case" : `${count} cases`),
  },
};
