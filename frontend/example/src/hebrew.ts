import { type AnalysisState, isProblem, JobFailedError, type JobType, NetworkError } from "@casework/client";

export const ANALYSES: { jobType: JobType; title: string; about: string }[] = [
  { jobType: "document_analysis_form7801", title: "טופס 7801", about: "מילוי הטופס מתוך המסמכים והשיחה, שדה אחר שדה." },
  { jobType: "document_analysis_agent", title: "סוכן המסמכים", about: "קריאת המסמכים, ממצאים עם ציטוטים ואסטרטגיה." },
  { jobType: "call_analysis", title: "ניתוח השיחה", about: "סיכום השיחה, מסמכים שיש לבקש וסיכויי התביעה." },
];

export const OFFLINE = "אין חיבור לשרת כרגע. הניתוח ממשיך, והמסך יתעדכן כשהחיבור יחזור.";

/** What a screen reader is told when the status changes; sighted users see it. */
export const STATUS_TEXT: Record<AnalysisState["status"], string> = {
  idle: "",
  starting: "הניתוח מתחיל",
  pending: "הניתוח ממתין לתורו",
  running: "הניתוח רץ",
  completed: "הניתוח הסתיים",
  failed: "הניתוח נכשל",
  cancelled: "הניתוח בוטל",
};

const SENTENCES: Record<string, string> = {
  no_call: "אין שיחה בתיק.",
  no_transcript: "לשיחה שבתיק אין תמליל.",
  no_documents: "אין מסמכים בתיק.",
  too_many_open_jobs: "יותר מדי ניתוחים פתוחים. נסו שוב בעוד כמה דקות.",
  provider_rate_limited: "ספק הבינה המלאכותית עמוס. נסו שוב בעוד כמה דקות.",
  provider_unavailable: "ספק הבינה המלאכותית אינו זמין. נסו שוב בעוד כמה דקות.",
  provider_quota_exhausted: "מכסת השימוש בבינה המלאכותית נוצלה. פנו למנהל המערכת.",
  provider_refused: "המודל סירב לנתח את החומר.",
  deadline_exceeded: "הניתוח לא הסתיים בזמן.",
};

/** The sentence for what went wrong: ours when we have one, else the service's own. */
export function errorText({ failure, job, error }: AnalysisState): string {
  if (failure instanceof NetworkError) return "אין חיבור לשרת. בדקו את הרשת ונסו שוב.";
  const code = isProblem(failure, "not_found") ? "" : codeOf(failure, job);
  return SENTENCES[code] ?? error ?? "";
}

function codeOf(failure: AnalysisState["failure"], job: AnalysisState["job"]): string {
  if (failure && "code" in failure) return String(failure.code);
  return job?.status === "failed" ? new JobFailedError(job).code : "";
}
