import type { EligibilityRule } from "@casework/client";
import type { Language } from "../../language.js";

export type Tab = "eligibility" | "findings" | "missing" | "advice";

export interface FindingsTexts {
  title: string;
  tabs: Record<Tab, string>;
  rules: Record<string, string>;
  facts: Record<string, string>;
  /** What to do about a rule that is unknown. */
  unknownRules: Record<string, string>;
  statuses: Record<EligibilityRule["status"], string>;
  lawSource: string;
  strength: string;
  assessment: string;
  marks: Record<string, string>;
  notVerified: string;
  nothing: Record<Tab, string>;
  toMaterial: string;
  required: string;
  optional: string;
  from: string;
  copy: string;
  copied: string;
  copyFailed: string;
  listHead: string;
  arrived: string;
  addFile: string;
  gaps: string;
  summary: string;
  strategy: string;
  recommendations: string;
  preparation: string;
  say: string;
  rate: string;
  rateRests: (verified: number, all: number) => string;
  legal: string;
  source: string;
}

export const FINDINGS: Record<Language, FindingsTexts> = {
  he: {
    title: "חלקי הניתוח",
    tabs: { eligibility: "זכאות", findings: "ממצאים", missing: "מסמכים חסרים", advice: "אסטרטגיה" },
    rules: {
      age_18_to_retirement: "גיל 18 עד גיל פרישה",
      waiting_period: "תקופת ההמתנה חלפה",
      retroactive_months: "אין אובדן חודשים רטרואקטיביים",
      payslips: "תלושי שכר או אישור מעסיק",
      no_work_injury: "אין סימן לפגיעה בעבודה",
    },
    facts: {
      date_of_birth: "תאריך לידה",
      age: "גיל",
      retirement_age: "גיל פרישה",
      onset: "תחילת הנכות",
      day_91: "היום ה־91 (תחילת הקצבה)",
      day_31: "היום ה־31 (בנכות מלאה)",
      months_payable: "חודשים לתשלום",
      months_left: "חודשים שנותרו",
      months_lost: "חודשים שאבדו",
      required: "נדרשים",
      months_present: "חודשים שנמצאו",
      employers_letters: "אישורי מעסיק",
      words: "המילים",
    },
    unknownRules: {
      age_18_to_retirement: "בטופס חסר תאריך לידה. הוסיפו מסמך שהוא מופיע בו והריצו שוב את „טופס 7801״.",
      waiting_period: "לא ידוע מתי התחילה הנכות. הוסיפו מסמך רפואי שזה כתוב בו והריצו שוב את „טופס 7801״.",
      retroactive_months: "לא ידוע מתי התחילה הנכות. הוסיפו מסמך רפואי שזה כתוב בו והריצו שוב את „טופס 7801״.",
      payslips: "לא נמצאו מקומות עבודה. הוסיפו תלושים או אישור מעסיק והריצו שוב את „טופס 7801״.",
      no_work_injury: "במסמכים ובשיחה אין מילים על פגיעה בעבודה. שאלו את התובע.",
    },
    statuses: { met: "מתקיים", not_met: "לא מתקיים", unknown: "לא ידוע" },
    lawSource: "מקור הכללים",
    strength: "חוזק התביעה",
    assessment: "הערכת זכאות",
    marks: {
      exact: "נמצא במסמך",
      words: "נמצא במסמך",
      near: "נמצא בשינוי קל",
      image: "העמוד בלבד",
      none: "לא נמצא",
    },
    notVerified: "ממצאים שציטוטם לא אומת",
    nothing: {
      eligibility: "הזכאות נבדקת בניתוח „טופס 7801״.",
      findings: "הממצאים באים מסוכן המסמכים.",
      missing: "אין מסמכים שיש לבקש.",
      advice: "האסטרטגיה באה מן הניתוחים.",
    },
    toMaterial: "לחומר ולניתוחים",
    required: "חובה",
    optional: "רצוי",
    from: "ממי:",
    copy: "העתקת הרשימה ללקוח",
    copied: "הרשימה הועתקה",
    copyFailed: "לא ניתן להעתיק. סמנו את הרשימה והעתיקו אותה.",
    listHead: "שלום, לצורך הגשת התביעה חסרים לנו המסמכים האלה:",
    arrived: "כבר הגיעו",
    addFile: "הוספת הקובץ",
    gaps: "מה עוד חסר בתביעה, לפי הסוכן",
    summary: "תקציר",
    strategy: "אסטרטגיה",
    recommendations: "המלצות",
    preparation: "הכנה לוועדה",
    say: "מה לומר:",
    rate: "הערכת סיכוי",
    rateRests: (verified, all) =>
      `נשענת על ${all} ערכים, מהם ${verified} עם ציטוט שאומת. זו הערכה של מודל, לא חוות דעת.`,
    legal: "נקודות משפטיות מן השיחה",
    source: "המקור",
  },
  en: {
    title: "Parts of the analyses",
    tabs: { eligibility: "Eligibility", findings: "Findings", missing: "Missing documents", advice: "Strategy" },
    rules: {
      age_18_to_retirement: "Age 18 to retirement",
      waiting_period: "Waiting period is over",
      retroactive_months: "No retroactive months lost",
      payslips: "Payslips, or an employer's letter",
      no_work_injury: "No sign of an injury at work",
    },
    facts: {
      date_of_birth: "Date of birth",
      age: "Age",
      retirement_age: "Retirement age",
      onset: "Onset",
      day_91: "Day 91 (paid from)",
      day_31: "Day 31 (when fully disabled)",
      months_payable: "Months payable",
      months_left: "Months left",
      months_lost: "Months lost",
      required: "Required",
      months_present: "Months found",
      employers_letters: "Employer's letters",
      words: "Words",
    },
    unknownRules: {
      age_18_to_retirement: 'The form lacks the date of birth. Add a document that has it, and run "Form 7801" again.',
      waiting_period: 'The onset is not known. Add a medical document that says it, and run "Form 7801" again.',
      retroactive_months: 'The onset is not known. Add a medical document that says it, and run "Form 7801" again.',
      payslips: 'No job was found. Add payslips or an employer\'s letter, and run "Form 7801" again.',
      no_work_injury: "Documents and call hold no words on an injury at work. Ask the claimant.",
    },
    statuses: { met: "Met", not_met: "Not met", unknown: "Unknown" },
    lawSource: "Source of the rules",
    strength: "Strength of the claim",
    assessment: "Eligibility in words",
    marks: {
      exact: "Found in the document",
      words: "Found in the document",
      near: "Found with a small difference",
      image: "The page only",
      none: "Not found",
    },
    notVerified: "Findings whose quote was not verified",
    nothing: {
      eligibility: 'Eligibility is checked by the analysis "Form 7801".',
      findings: "Findings come from the document agent.",
      missing: "No documents are to be requested.",
      advice: "The strategy comes from the analyses.",
    },
    toMaterial: "To material and analyses",
    required: "Required",
    optional: "Useful",
    from: "From:",
    copy: "Copy the list for the client",
    copied: "The list was copied",
    copyFailed: "It cannot be copied. Select the list and copy it.",
    listHead: "Hello, to file the claim we still need these documents:",
    arrived: "Already there",
    addFile: "Add the file",
    gaps: "What else the claim lacks, by the agent",
    summary: "Summary",
    strategy: "Strategy",
    recommendations: "Recommendations",
    preparation: "Preparing for the board",
    say: "What to say:",
    rate: "Estimated chance",
    rateRests: (verified, all) =>
      `It rests on ${all} values, ${verified} of them with a verified quote. It is a model's estimate, not an opinion.`,
    legal: "Legal points of the call",
    source: "The source",
  },
};
