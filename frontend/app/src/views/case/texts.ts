import type { JobType } from "@casework/client";
import type { Language } from "../../language.js";

export interface CaseTexts {
  documents: string;
  drop: string;
  dropHere: string;
  accepted: string;
  choose: string;
  photograph: string;
  noDocuments: string;
  remove: string;
  retry: string;
  removeDocument: (name: string) => string;
  unreadable: string;
  awaiting: string;
  open: string;
  call: string;
  noCall: string;
  callGiven: (lines: number, minutes: number) => string;
  claimantLines: string;
  replaceCall: string;
  addCall: string;
  paste: string;
  pasteHint: string;
  loadFile: string;
  save: string;
  cancel: string;
  notJson: string;
  analyses: string;
  emptyFirst: string;
  kinds: Record<JobType, { title: string; about: string; toResult: string }>;
  start: string;
  startAll: string;
  again: string;
  surely: string;
  run: string;
  back: string;
  tryAgain: string;
  cancelling: string;
  analysing: string;
  finished: (when: string) => string;
  removeAsk: string;
  changed: (count: number) => string;
  deleteCase: string;
  deleteAsk: (documents: number) => string;
  deleteYes: string;
  error: string;
}

export const CASE: Record<Language, CaseTexts> = {
  he: {
    documents: "מסמכים",
    drop: "גררו לכאן קבצים, או בחרו אותם",
    dropHere: "שחררו כדי להוסיף לתיק",
    accepted: "PDF, Word, תמונות וצילומי טלפון, טקסט, דואר אלקטרוני; עד 20 מ״ב לקובץ",
    choose: "בחירת קבצים",
    photograph: "צילום",
    noDocuments: "עדיין אין מסמכים.",
    remove: "הסרה",
    retry: "ניסיון נוסף",
    removeDocument: (name) => `הסרה: ${name}`,
    unreadable: "לא ניתן לקרוא את הקובץ. העלו אותו שוב, או צלמו את עמודיו.",
    awaiting: "ההעלאה לא הושלמה, והקובץ לא ייקרא. העלו אותו שוב והסירו את השורה הזו.",
    open: "הורדה",
    call: "שיחה",
    noCall: "אין שיחה בתיק. אפשר להדביק את דוח השיחה (JSON) או לטעון אותו מקובץ.",
    callGiven: (lines, minutes) =>
      `${lines} אמירות${minutes ? `, ${minutes === 1 ? "דקה אחת" : minutes === 2 ? "שתי דקות" : `${minutes} דקות`}` : ""}`,
    claimantLines: "תמליל השיחה",
    replaceCall: "החלפת השיחה",
    addCall: "הוספת שיחה",
    paste: "דוח השיחה (JSON)",
    pasteHint: "הדוח שמערכת השיחות (Vapi) מוציאה בסוף השיחה, כולו.",
    loadFile: "טעינה מקובץ…",
    save: "שמירה",
    cancel: "ביטול",
    notJson: "זה אינו JSON. העתיקו את הדוח כולו, מ־{ ועד }.",
    analyses: "ניתוחים",
    emptyFirst: "מתחילים במסמכים או בשיחה; אחר כך מריצים את הניתוחים.",
    kinds: {
      document_analysis_form7801: {
        title: "טופס 7801",
        about: "מילוי הטופס מן המסמכים והשיחה, עם ציטוט לכל ערך.",
        toResult: "לבדיקת הטופס",
      },
      document_analysis_agent: {
        title: "סוכן המסמכים",
        about: "ממצאים עם ציטוטים, חוזק התביעה ומה חסר בה.",
        toResult: "לממצאים",
      },
      call_analysis: { title: "ניתוח השיחה", about: "סיכום השיחה והמסמכים שיש לבקש.", toResult: "למסמכים שיש לבקש" },
    },
    start: "התחלה",
    startAll: "הרצת כל הניתוחים",
    again: "הרצה חוזרת",
    surely: "זהו ניתוח חדש, בתשלום. מה שתיקנתם ואישרתם נשמר.",
    run: "הרצה",
    back: "חזרה",
    tryAgain: "ניסיון נוסף",
    cancelling: "מבטל…",
    analysing: "מנתח…",
    finished: (when) => `הסתיים ${when}`,
    removeAsk: "להסיר מהתיק?",
    changed: (count) => (count === 1 ? "שדה אחד השתנה מאז הניתוח הקודם" : `${count} שדות השתנו מאז הניתוח הקודם`),
    deleteCase: "מחיקת התיק",
    deleteAsk: (documents) => `התיק יימחק עם ${documents} מסמכים, השיחה, הניתוחים והטופס. אי אפשר לשחזר אותו.`,
    deleteYes: "מחיקה לצמיתות",
    error: "שגיאה:",
  },
  en: {
    documents: "Documents",
    drop: "Drop files here, or choose them",
    dropHere: "Release to add them to the case",
    accepted: "PDF, Word, pictures and phone photos, text, e-mail; up to 20 MB a file",
    choose: "Choose files",
    photograph: "Photograph",
    noDocuments: "There are no documents yet.",
    remove: "Remove",
    retry: "Try again",
    removeDocument: (name) => `Remove: ${name}`,
    unreadable: "The file cannot be read. Upload it again, or photograph its pages.",
    awaiting: "The upload was not completed, and the file is not read. Upload it again and remove this row.",
    open: "Download",
    call: "Call",
    noCall: "The case has no call. Paste the report of the call (JSON) or load it from a file.",
    callGiven: (lines, minutes) => `${lines} utterances${minutes ? `, ${minutes} min` : ""}`,
    claimantLines: "Transcript of the call",
    replaceCall: "Replace the call",
    addCall: "Add a call",
    paste: "Report of the call (JSON)",
    pasteHint: "The report that the phone system (Vapi) gives at the end of a call, all of it.",
    loadFile: "Load from a file…",
    save: "Save",
    cancel: "Cancel",
    notJson: "This is not JSON. Copy the whole report, from { to }.",
    analyses: "Analyses",
    emptyFirst: "Begin with documents or the call; then run the analyses.",
    kinds: {
      document_analysis_form7801: {
        title: "Form 7801",
        about: "Fills the form from documents and call, with a quote for each value.",
        toResult: "Check the form",
      },
      document_analysis_agent: {
        title: "Document agent",
        about: "Findings with quotes, the strength of the claim, what it lacks.",
        toResult: "To the findings",
      },
      call_analysis: {
        title: "Analysis of the call",
        about: "A summary of the call, and the documents to request.",
        toResult: "To the documents to request",
      },
    },
    start: "Start",
    startAll: "Run all analyses",
    again: "Run again",
    surely: "This is a new analysis, which is paid for. What you corrected and confirmed is kept.",
    run: "Run",
    back: "Back",
    tryAgain: "Try again",
    cancelling: "Cancelling…",
    analysing: "Analysing…",
    finished: (when) => `Finished ${when}`,
    removeAsk: "Remove it from the case?",
    changed: (count) =>
      count === 1 ? "1 field changed since the last one" : `${count} fields changed since the last one`,
    deleteCase: "Delete the case",
    deleteAsk: (documents) =>
      `The case is deleted with ${documents} documents, the call, the analyses and the form. It cannot be restored.`,
    deleteYes: "Delete for good",
    error: "Error:",
  },
};
