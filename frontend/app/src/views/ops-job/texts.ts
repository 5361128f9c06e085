import type { AnyJob, JobEvent } from "@casework/client";
import type { Language } from "../../language.js";

interface JobTexts {
  job: string;
  missing: string;
  facts: string;
  case: string;
  user: string;
  requestedBy: string;
  created: string;
  waited: string;
  ran: string;
  ended: string;
  attempt: string;
  priority: string;
  priorities: Record<AnyJob["priority"], string>;
  waits: string;
  next: (time: string) => string;
  deadline: string;
  deleted: string;
  repeats: string;
  model: string;
  tokens: string;
  tokensOf: (input: string, output: string, cached: string) => string;
  cost: string;
  why: string;
  provider: string;
  request: string;
  mayPass: string;
  final: string;
  runbook: string;
  cancel: string;
  cancelling: string;
  retry: string;
  reallyRetry: string;
  run: string;
  back: string;
  openNew: string;
  timeline: string;
  event: string;
  at: string;
  after: string;
  events: Record<JobEvent["type"], string>;
  steps: string;
  noSteps: string;
  step: string;
  took: string;
  reused: string;
  deliveries: string;
  noDeliveries: string;
  answer: string;
  nextTry: string;
  underWay: string;
  resend: string;
  resent: string;
}

const he: JobTexts = {
  job: "עבודה",
  missing: "אין עבודה כזאת. ייתכן שנמחקה.",
  facts: "פרטים",
  case: "תיק",
  user: "משתמש",
  requestedBy: "הוזמנה בידי",
  created: "נוצרה",
  waited: "המתינה",
  ran: "רצה",
  ended: "הסתיימה",
  attempt: "ניסיון",
  priority: "עדיפות",
  priorities: { high: "מועדף", normal: "רגיל", low: "ברקע" },
  waits: "ממתינה ל",
  next: (time) => `הניסיון הבא: ${time}`,
  deadline: "מועד אחרון",
  deleted: "תימחק",
  repeats: "חוזרת על",
  model: "מודל",
  tokens: "אסימונים",
  tokensOf: (input, output, cached) => `${input} פנימה (${cached} מהמטמון), ${output} החוצה`,
  cost: "עלות",
  why: "הסיבה",
  provider: "ספק",
  request: "מספר הבקשה אצל הספק",
  mayPass: "תקלה חולפת",
  final: "ניסיון נוסף לא יעזור מעצמו",
  runbook: "מה לעשות: docs/runbook.md",
  cancel: "ביטול",
  cancelling: "בביטול…",
  retry: "הרצה חוזרת…",
  reallyRetry: "להריץ שוב? זו עבודה חדשה, בתשלום.",
  run: "הרצה",
  back: "חזרה",
  openNew: "לעבודה החדשה",
  timeline: "ציר הזמן",
  event: "אירוע",
  at: "מתי",
  after: "אחרי הקודם",
  events: {
    created: "נוצרה",
    started: "הניסיון החל",
    step: "שלב נשמר",
    yielded: "עברה לעובד אחר",
    retrying: "תנוסה שוב",
    cancel_requested: "התבקש ביטול",
    cancelled: "בוטלה",
    completed: "הסתיימה",
    failed: "נכשלה",
  },
  steps: "שלבים",
  noSteps: "עדיין אין שלבים שנשמרו.",
  step: "שלב",
  took: "משך",
  reused: "מהעבודה הקודמת",
  deliveries: "הודעות לשרתים (webhooks)",
  noDeliveries: "אין משלוחים לעבודה זו.",
  answer: "תשובה",
  nextTry: "הניסיון הבא",
  underWay: "בדרך",
  resend: "שליחה עכשיו",
  resent: "נשלח לתור; התוצאה תופיע כאן.",
};

const en: JobTexts = {
  job: "Job",
  missing: "There is no such job. It may have been deleted.",
  facts: "Facts",
  case: "Case",
  user: "User",
  requestedBy: "Requested by",
  created: "Created",
  waited: "Waited",
  ran: "Ran",
  ended: "Ended",
  attempt: "Attempt",
  priority: "Priority",
  priorities: { high: "high", normal: "normal", low: "low" },
  waits: "Waits for",
  next: (time) => `next attempt: ${time}`,
  deadline: "Deadline",
  deleted: "Is deleted",
  repeats: "Repeats",
  model: "Model",
  tokens: "Tokens",
  tokensOf: (input, output, cached) => `${input} in (${cached} from the cache), ${output} out`,
  cost: "Cost",
  why: "Why",
  provider: "Provider",
  request: "The provider's request id",
  mayPass: "passing trouble",
  final: "another attempt changes nothing by itself",
  runbook: "What to do: docs/runbook.md",
  cancel: "Cancel",
  cancelling: "Cancelling…",
  retry: "Run again…",
  reallyRetry: "Run again? That is a new job, which is paid for.",
  run: "Run",
  back: "Back",
  openNew: "To the new job",
  timeline: "Timeline",
  event: "Event",
  at: "When",
  after: "After the one before",
  events: {
    created: "Created",
    started: "Attempt began",
    step: "Step stored",
    yielded: "Handed on to another worker",
    retrying: "To be tried again",
    cancel_requested: "Cancel requested",
    cancelled: "Cancelled",
    completed: "Completed",
    failed: "Failed",
  },
  steps: "Steps",
  noSteps: "No step is stored yet.",
  step: "Step",
  took: "Took",
  reused: "from the job before",
  deliveries: "Webhook deliveries",
  noDeliveries: "There are no deliveries of this job.",
  answer: "Answer",
  nextTry: "Next try",
  underWay: "under way",
  resend: "Send now",
  resent: "It is in the queue; what comes of it appears here.",
};

export const JOB: Record<Language, JobTexts> = { he, en };
