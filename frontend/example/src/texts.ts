// What does the page say, in either language? What belongs to a code is in @casework/client/messages.

import type { JobType } from "@casework/client";
import { en, he, type Messages } from "@casework/client/messages";
import { createContext, useContext } from "react";

export interface Texts {
  messages: Messages;
  dir: "rtl" | "ltr";
  other: { lang: "he" | "en"; name: string };
  title: string;
  loading: string;
  documents: string;
  analyses: { jobType: JobType; title: string; about: string }[];
  start: string;
  again: string;
  retry: string;
  cancel: string;
  cancelling: string;
  surely: string;
  run: string;
  back: string;
  analysing: string;
  error: string;
  result: string;
  speakers: Record<"user" | "assistant", string>;
  call: string;
  page: string;
  chances: string;
  approval: string;
  filledIn: string;
  toCheck: string;
  findings: string;
  missing: string;
  recommendations: string;
  toRequest: string;
  name: string;
  idNumber: string;
  tenure: string;
  impairment: string;
  months: (count: number) => string;
}

const hebrewMonths = new Intl.PluralRules("he");

export const TEXTS: Record<"he" | "en", Texts> = {
  he: {
    messages: he,
    dir: "rtl",
    other: { lang: "en", name: "English" },
    title: "ניתוח תיק",
    loading: "טוען את התיק…",
    documents: "מסמכים בתיק",
    analyses: [
      {
        jobType: "document_analysis_form7801",
        title: "טופס 7801",
        about: "מילוי הטופס מתוך המסמכים והשיחה, שדה אחר שדה.",
      },
      {
        jobType: "document_analysis_agent",
        title: "סוכן המסמכים",
        about: "קריאת המסמכים, ממצאים עם ציטוטים ואסטרטגיה.",
      },
      { jobType: "call_analysis", title: "ניתוח השיחה", about: "סיכום השיחה, מסמכים שיש לבקש וסיכויי התביעה." },
    ],
    start: "התחלת ניתוח AI",
    again: "הרצה חוזרת",
    retry: "ניסיון נוסף",
    cancel: "ביטול",
    cancelling: "מבטל…",
    surely: "להריץ שוב? זהו ניתוח חדש, בתשלום.",
    run: "הרצה",
    back: "חזרה",
    analysing: "מנתח…",
    error: "שגיאה:",
    result: "תוצאה",
    speakers: { user: "הפונה:", assistant: "הסוכן:" },
    call: "השיחה",
    page: "עמ׳",
    chances: "סיכויי התביעה",
    approval: "סיכויי האישור",
    filledIn: "הטופס מולא",
    toCheck: "לבדיקה",
    findings: "ממצאים",
    missing: "מה חסר",
    recommendations: "המלצות",
    toRequest: "מסמכים לבקש",
    name: "שם",
    idNumber: "תעודת זהות",
    tenure: "ותק בעבודה",
    impairment: "ליקוי עיקרי",
    months: (count) =>
      ({ one: "חודש אחד", two: "חודשיים" })[hebrewMonths.select(count) as "one" | "two"] ?? `${count} חודשים`,
  },
  en: {
    messages: en,
    dir: "ltr",
    other: { lang: "he", name: "עברית" },
    title: "Analysis of a case",
    loading: "Loading the case…",
    documents: "Documents of the case",
    analyses: [
      {
        jobType: "document_analysis_form7801",
        title: "Form 7801",
        about: "The form, filled in from documents and call, field by field.",
      },
      {
        jobType: "document_analysis_agent",
        title: "Document agent",
        about: "Reads the documents; findings with quotes, and a strategy.",
      },
      {
        jobType: "call_analysis",
        title: "Analysis of the call",
        about: "A summary, documents to request, chances of the claim.",
      },
    ],
    start: "Start AI analysis",
    again: "Run again",
    retry: "Try again",
    cancel: "Cancel",
    cancelling: "Cancelling…",
    surely: "Run again? That is a new analysis, which is paid for.",
    run: "Run",
    back: "Back",
    analysing: "Analysing…",
    error: "Error:",
    result: "Result",
    speakers: { user: "Claimant:", assistant: "Agent:" },
    call: "the call",
    page: "page",
    chances: "Chances of the claim",
    approval: "Chances of approval",
    filledIn: "Form filled in",
    toCheck: "To check",
    findings: "Findings",
    missing: "What is missing",
    recommendations: "Recommendations",
    toRequest: "Documents to request",
    name: "Name",
    idNumber: "Identity number",
    tenure: "Time employed",
    impairment: "Main impairment",
    months: (count) => (count === 1 ? "1 month" : `${count} months`),
  },
};

export const TextsContext = createContext<Texts>(TEXTS.he);

export function useTexts(): Texts {
  return useContext(TextsContext);
}
