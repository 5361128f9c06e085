import type { JobStatus, JobType } from "@casework/client";
import type { SINCE_MS } from "../../data/job-filters.js";
import type { Language } from "../../language.js";

interface OpsTexts {
  title: string;
  jobs: string;
  lanes: string;
  type: string;
  status: string;
  errorCode: string;
  user: string;
  case: string;
  time: string;
  attempt: string;
  took: string;
  cost: string;
  all: string;
  started: string;
  anyTime: string;
  since: Record<keyof typeof SINCE_MS, string>;
  clear: string;
  types: Record<JobType, string>;
  statuses: Record<JobStatus, string>;
  cancelling: string;
  pause: string;
  goOn: string;
  asOf: (time: string) => string;
  paused: (time: string) => string;
  cutOff: string;
  fresh: (count: number) => string;
  newest: string;
  oldest: string;
  sortNote: (count: number) => string;
  loaded: (count: number, isAll: boolean) => string;
  none: string;
  hint: string;
  list: string;
  cancelAll: string;
  retryAll: string;
  counting: string;
  noMatch: string;
  reallyCancel: (count: number) => string;
  reallyRetry: (count: number) => string;
  moreThan: (count: number) => string;
  others: (count: number) => string;
  doCancel: (count: number) => string;
  doRetry: (count: number) => string;
  back: string;
  stop: string;
  done: (count: number, of: number) => string;
  refused: (count: number) => string;
  close: string;
}

const he: OpsTexts = {
  title: "עבודות",
  jobs: "עבודות",
  lanes: "תורים",
  type: "סוג",
  status: "מצב",
  errorCode: "קוד שגיאה",
  user: "משתמש",
  case: "תיק",
  time: "נוצרה",
  attempt: "ניסיון",
  took: "משך",
  cost: "עלות",
  all: "הכול",
  started: "נוצרה במשך",
  anyTime: "כל זמן",
  since: { hour: "השעה האחרונה", day: "היממה האחרונה", week: "השבוע האחרון" },
  clear: "ניקוי הסינון",
  types: {
    call_analysis: "ניתוח השיחה",
    document_analysis_agent: "סוכן המסמכים",
    document_analysis_form7801: "טופס 7801",
  },
  statuses: { pending: "ממתינה", running: "רצה", completed: "הסתיימה", failed: "נכשלה", cancelled: "בוטלה" },
  cancelling: "בביטול",
  pause: "השהיה",
  goOn: "המשך",
  asOf: (time) => `מתעדכן, נכון לשעה ${time}`,
  paused: (time) => `מושהה, נכון לשעה ${time}`,
  cutOff: "אין חיבור לשרת; הרשימה תתעדכן כשהחיבור יחזור.",
  fresh: (count) => (count === 1 ? "עבודה חדשה אחת" : `${count} עבודות חדשות`),
  newest: "מהחדשה לישנה",
  oldest: "מהישנה לחדשה",
  sortNote: (count) => `המיון חל על ${count} העבודות שנטענו.`,
  loaded: (count, isAll) =>
    isAll
      ? count === 1
        ? "עבודה אחת"
        : `${count.toLocaleString("he")} עבודות`
      : `${count.toLocaleString("he")} עבודות נטענו, יש עוד`,
  none: "אין עבודות שמתאימות לסינון.",
  hint: "חצים: מעבר בין שורות. Enter: פתיחה. רווח: השהיה והמשך.",
  list: "רשימת העבודות",
  cancelAll: "ביטול כל המתאימות…",
  retryAll: "הרצה חוזרת של כל המתאימות…",
  counting: "סופר…",
  noMatch: "אין עבודות מתאימות שאפשר לעשות בהן זאת.",
  reallyCancel: (count) => (count === 1 ? "לבטל עבודה אחת?" : `לבטל ${count} עבודות?`),
  reallyRetry: (count) =>
    count === 1 ? "להריץ שוב עבודה אחת? הריצה בתשלום." : `להריץ שוב ${count} עבודות? כל ריצה בתשלום.`,
  moreThan: (count) => `יש יותר מ־${count}; אלה החדשות שבהן. אפשר לחזור על הפעולה.`,
  others: (count) => `ועוד ${count}`,
  doCancel: (count) => (count === 1 ? "ביטול העבודה" : `ביטול ${count} עבודות`),
  doRetry: (count) => (count === 1 ? "הרצה חוזרת" : `הרצת ${count} עבודות`),
  back: "חזרה",
  stop: "עצירה",
  done: (count, of) => `${count} מתוך ${of}`,
  refused: (count) => (count === 1 ? "אחת נדחתה:" : `${count} נדחו:`),
  close: "סגירה",
};

const en: OpsTexts = {
  title: "Jobs",
  jobs: "Jobs",
  lanes: "Lanes",
  type: "Type",
  status: "Status",
  errorCode: "Error code",
  user: "User",
  case: "Case",
  time: "Created",
  attempt: "Attempt",
  took: "Took",
  cost: "Cost",
  all: "All",
  started: "Created within",
  anyTime: "Any time",
  since: { hour: "The last hour", day: "The last day", week: "The last week" },
  clear: "Clear filters",
  types: {
    call_analysis: "Call analysis",
    document_analysis_agent: "Document agent",
    document_analysis_form7801: "Form 7801",
  },
  statuses: {
    pending: "Pending",
    running: "Running",
    completed: "Completed",
    failed: "Failed",
    cancelled: "Cancelled",
  },
  cancelling: "Cancelling",
  pause: "Pause",
  goOn: "Resume",
  asOf: (time) => `Live, as of ${time}`,
  paused: (time) => `Paused, as of ${time}`,
  cutOff: "There is no connection; the list goes on when it is back.",
  fresh: (count) => (count === 1 ? "1 new job" : `${count} new jobs`),
  newest: "Newest first",
  oldest: "Oldest first",
  sortNote: (count) => `The order is that of the ${count} jobs that are loaded.`,
  loaded: (count, isAll) =>
    isAll
      ? count === 1
        ? "1 job"
        : `${count.toLocaleString("en")} jobs`
      : `${count.toLocaleString("en")} jobs loaded, there are more`,
  none: "No jobs match these filters.",
  hint: "Arrows: go through the rows. Enter: open. Space: pause and resume.",
  list: "List of jobs",
  cancelAll: "Cancel all that match…",
  retryAll: "Run again all that match…",
  counting: "Counting…",
  noMatch: "No matching job can be treated like that.",
  reallyCancel: (count) => (count === 1 ? "Cancel 1 job?" : `Cancel ${count} jobs?`),
  reallyRetry: (count) =>
    count === 1 ? "Run 1 job again? The run is paid for." : `Run ${count} jobs again? Each run is paid for.`,
  moreThan: (count) => `There are more than ${count}; these are the newest. You can repeat this.`,
  others: (count) => `and ${count} more`,
  doCancel: (count) => (count === 1 ? "Cancel the job" : `Cancel ${count} jobs`),
  doRetry: (count) => (count === 1 ? "Run it again" : `Run ${count} jobs again`),
  back: "Back",
  stop: "Stop",
  done: (count, of) => `${count} of ${of}`,
  refused: (count) => (count === 1 ? "1 was refused:" : `${count} were refused:`),
  close: "Close",
};

export const OPS: Record<Language, OpsTexts> = { he, en };
