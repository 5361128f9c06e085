import type { FieldState } from "../../data/review.js";
import type { Language } from "../../language.js";

export interface ReviewTexts {
  form: string;
  source: string;
  states: Record<FieldState, string>;
  empty: string;
  noForm: string;
  noFormHint: string;
  toMaterial: string;
  open: (count: number) => string;
  allClear: string;
  toConfirm: (sections: number) => string;
  toPrint: string;
  next: string;
  onlyOpen: string;
  undo: string;
  undone: string;
  keys: string;
  saving: string;
  saved: string;
  waiting: string;
  sendNow: string;
  refused: string;
  filled: (filled: number, all: number) => string;
  confirmSection: string;
  unconfirm: string;
  confirmedBy: (by: string, when: string) => string;
  since: (count: number) => string;
  confirmAgain: string;
  stillOpen: string;
  confirmAnyway: string;
  back: string;
  keep: string;
  edit: string;
  save: string;
  cancel: string;
  revert: string;
  take: string;
  other: string;
  analysisSays: string;
  yours: string;
  keepMine: string;
  takeTheirs: string;
  addItem: string;
  removeItem: string;
  itemWaiting: string;
  notStated: (count: number) => string;
  moreIssues: (count: number) => string;
  generalIssues: (count: number) => string;
  noSource: string;
  noSourceHint: string;
  document: string;
  call: string;
  page: (number: number, of: number) => string;
  pageShort: string;
  previousPage: string;
  nextPage: string;
  zoomIn: string;
  zoomOut: string;
  fit: string;
  pageOnly: string;
  near: string;
  notFound: string;
  pageText: string;
  evidence: (number: number, of: number) => string;
  nextEvidence: string;
  previousEvidence: string;
  compare: string;
  oneSource: string;
  quote: string;
  separator: string;
  showSource: string;
  hideSource: string;
  unreadable: string;
  removed: string;
  clashTitle: string;
  clash: (by: string, field: string) => string;
  ownClash: (field: string) => string;
  theField: string;
  leaveTheirs: string;
  saveMine: string;
  undecided: string;
  decide: string;
  theirs: string;
  mine: string;
  sectionChanged: string;
  itemChanged: (by: string) => string;
  before: string;
  undoAnyway: string;
}

export const REVIEW: Record<Language, ReviewTexts> = {
  he: {
    form: "הטופס",
    source: "המקור",
    states: {
      conflict: "סתירה",
      person: "הוזן ידנית",
      doubtful: "לבדיקה",
      missing: "חסר",
      document: "מסמך",
      call: "שיחה",
      computed: "חושב",
      plain: "ללא מקור",
    },
    empty: "–",
    noForm: "עדיין אין טופס",
    noFormHint: "הריצו את הניתוח „טופס 7801״, והטופס ימולא מן המסמכים והשיחה.",
    toMaterial: "לחומר ולניתוחים",
    open: (count) => (count === 1 ? "ערך אחד לבדיקה" : `${count} ערכים לבדיקה`),
    allClear: "אין ערכים שממתינים לבדיקה",
    toConfirm: (sections) => (sections === 1 ? "נותר חלק אחד לאישור" : `נותרו ${sections} חלקים לאישור`),
    toPrint: "הכול אושר: להדפסה",
    next: "הבא לבדיקה",
    onlyOpen: "רק מה שלבדיקה",
    undo: "ביטול הפעולה האחרונה",
    undone: "הפעולה בוטלה",
    keys: "מקשים",
    saving: "שומר…",
    saved: "נשמר",
    waiting: "עדיין לא נשמר. יישלח כשהחיבור יחזור.",
    sendNow: "שליחה עכשיו",
    refused: "לא נשמר:",
    filled: (filled, all) => `${filled} מתוך ${all} מולאו`,
    confirmSection: "אישור החלק",
    unconfirm: "ביטול האישור",
    confirmedBy: (by, when) => `אושר: ${by}${when && `, ${when}`}`,
    since: (count) => (count === 1 ? "ערך אחד שונה מאז האישור" : `${count} ערכים שונים מאז האישור`),
    confirmAgain: "אישור מחדש",
    stillOpen: "בחלק זה יש ערכים שעדיין לא נבדקו:",
    confirmAnyway: "אישור בכל זאת",
    back: "חזרה",
    keep: "הערך נכון",
    edit: "עריכה",
    save: "שמירה",
    cancel: "ביטול",
    revert: "חזרה לערך מהניתוח",
    take: "לקחת את",
    other: "ערך אחר…",
    analysisSays: "הניתוח האחרון",
    yours: "הערך שנקבע",
    keepMine: "להשאיר את שלי",
    takeTheirs: "לקחת מהניתוח",
    addItem: "הוספה",
    removeItem: "הסרה",
    itemWaiting: "עדיין לא נשמר",
    notStated: (count) => `${count} ליקויים שלא צוינו`,
    moreIssues: (count) => (count === 1 ? "עוד הערה אחת" : `עוד ${count} הערות`),
    generalIssues: (count) => (count === 1 ? "הערה אחת על המסמכים" : `${count} הערות על המסמכים`),
    noSource: "לערך זה אין ציטוט ממסמך או מהשיחה.",
    noSourceHint: "אפשר לדפדף במסמכים כאן.",
    document: "מסמך",
    call: "השיחה",
    page: (number, of) => `עמוד ${number} מתוך ${of}`,
    pageShort: "עמ׳",
    previousPage: "העמוד הקודם",
    nextPage: "העמוד הבא",
    zoomIn: "הגדלה",
    zoomOut: "הקטנה",
    fit: "התאמה לרוחב",
    pageOnly: "העמוד בלבד: זוהי תמונה, והמילים לא נבדקו. יש להביט בעמוד.",
    near: "המילים בעמוד שונות מעט מהציטוט.",
    notFound: "הציטוט לא נמצא בעמוד זה.",
    pageText: "הטקסט של העמוד",
    evidence: (number, of) => `מקור ${number} מתוך ${of}`,
    nextEvidence: "המקור הבא",
    previousEvidence: "המקור הקודם",
    compare: "השוואה",
    oneSource: "מקור אחד",
    quote: "הציטוט",
    separator: "רוחב הטופס והמקור",
    showSource: "הצגת המקור",
    hideSource: "הסתרת המקור",
    unreadable: "לא ניתן להציג את המסמך.",
    removed: "הוסר ידנית",
    clashTitle: "השדה השתנה בינתיים",
    clash: (by, field) => `${by} שינה/תה את „${field}״ בזמן שערכתם אותו.`,
    ownClash: (field) => `שיניתם את „${field}״ בלשונית אחרת בזמן שערכתם אותו כאן.`,
    theField: "השדה",
    leaveTheirs: "להשאיר את מה שרשום עכשיו",
    saveMine: "לשמור את מה שכתבתם",
    undecided: "לא נשמר: השדה השתנה בינתיים.",
    decide: "להחליט…",
    theirs: "מה שרשום עכשיו",
    mine: "מה שכתבתם",
    sectionChanged: "ערכים בחלק זה השתנו מאז שהסתכלתם בו.",
    itemChanged: (by) => `${by} שינה/תה את הפריט מאז שהסתכלתם בו.`,
    before: "מה שהיה לפני הפעולה שלכם",
    undoAnyway: "לבטל בכל זאת",
  },
  en: {
    form: "The form",
    source: "The source",
    states: {
      conflict: "Conflict",
      person: "By a person",
      doubtful: "To check",
      missing: "Missing",
      document: "Document",
      call: "Call",
      computed: "Computed",
      plain: "No source",
    },
    empty: "–",
    noForm: "There is no form yet",
    noFormHint: 'Run the analysis "Form 7801": it fills the form from documents and call.',
    toMaterial: "To material and analyses",
    open: (count) => (count === 1 ? "1 value to check" : `${count} values to check`),
    allClear: "No value waits to be checked",
    toConfirm: (sections) => (sections === 1 ? "1 section left to confirm" : `${sections} sections left to confirm`),
    toPrint: "All confirmed: print",
    next: "Next to check",
    onlyOpen: "Only what is to check",
    undo: "Undo the last action",
    undone: "Undone",
    keys: "Keys",
    saving: "Saving…",
    saved: "Saved",
    waiting: "Not saved yet. It is sent when the connection is back.",
    sendNow: "Send now",
    refused: "Not saved:",
    filled: (filled, all) => `${filled} of ${all} filled`,
    confirmSection: "Confirm section",
    unconfirm: "Take back",
    confirmedBy: (by, when) => `Confirmed: ${by}${when && `, ${when}`}`,
    since: (count) => (count === 1 ? "1 value is different since" : `${count} values are different since`),
    confirmAgain: "Confirm again",
    stillOpen: "Values of this section have not been checked yet:",
    confirmAnyway: "Confirm anyway",
    back: "Back",
    keep: "The value is right",
    edit: "Edit",
    save: "Save",
    cancel: "Cancel",
    revert: "Back to the analysis's value",
    take: "Take",
    other: "Another value…",
    analysisSays: "Latest analysis",
    yours: "Value that was set",
    keepMine: "Keep mine",
    takeTheirs: "Take the analysis's",
    addItem: "Add",
    removeItem: "Remove",
    itemWaiting: "Not saved yet",
    notStated: (count) => `${count} impairments not stated`,
    moreIssues: (count) => (count === 1 ? "1 more note" : `${count} more notes`),
    generalIssues: (count) => (count === 1 ? "1 note on the documents" : `${count} notes on the documents`),
    noSource: "There is no quote of a document or the call for this value.",
    noSourceHint: "You can leaf through the documents here.",
    document: "Document",
    call: "The call",
    page: (number, of) => `Page ${number} of ${of}`,
    pageShort: "p.",
    previousPage: "Previous page",
    nextPage: "Next page",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    fit: "Fit width",
    pageOnly: "The page only: it is a picture, and the words were not checked. Look at the page.",
    near: "The words on the page differ a little from the quote.",
    notFound: "The quote was not found on this page.",
    pageText: "Text of the page",
    evidence: (number, of) => `Source ${number} of ${of}`,
    nextEvidence: "Next source",
    previousEvidence: "Previous source",
    compare: "Compare",
    oneSource: "One source",
    quote: "The quote",
    separator: "Width of form and source",
    showSource: "Show the source",
    hideSource: "Hide the source",
    unreadable: "The document cannot be shown.",
    removed: "Removed by a person",
    clashTitle: "The field has changed meanwhile",
    clash: (by, field) => `${by} changed "${field}" while you edited it.`,
    ownClash: (field) => `You changed "${field}" in another tab while you edited it here.`,
    theField: "the field",
    leaveTheirs: "Leave what it says now",
    saveMine: "Save what you wrote",
    undecided: "Not saved: it has changed meanwhile.",
    decide: "Decide…",
    theirs: "What it says now",
    mine: "What you wrote",
    sectionChanged: "Values of this section changed since you looked at it.",
    itemChanged: (by) => `${by} changed the item since you looked at it.`,
    before: "What it said before your action",
    undoAnyway: "Undo anyway",
  },
};
