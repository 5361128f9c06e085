import type { AnyJob } from "@casework/client";
import type { Language } from "../../language.js";

interface LaneTexts {
  title: string;
  asOf: (time: string) => string;
  more: (count: number) => string;
  lane: string;
  names: Record<AnyJob["priority"], string>;
  waiting: string;
  oldest: string;
  others: string;
  running: string;
  elsewhere: string;
  why: string;
  commands: Record<"status" | "dlq" | "redrive", string>;
}

const he: LaneTexts = {
  title: "תורים",
  asOf: (time) => `נכון לשעה ${time}`,
  more: (count) => `נספרו ${count} העבודות החדשות מכל סוג; יש עוד, והוותיקה שבהן אינה כאן.`,
  lane: "עדיפות",
  names: { high: "מועדף", normal: "רגיל", low: "ברקע" },
  waiting: "ממתינות לעובד",
  oldest: "הוותיקה ממתינה",
  others: "ממתינות למודל או לניסיון נוסף",
  running: "רצות",
  elsewhere: "מה שאינו כאן",
  why: "הודעות בתורים ומכתבים מתים אינם ב־API: מי שרואה אותם רואה תוכן שאינו שלו. הם מוצגים בשורת הפקודה, למי שיש לו הרשאות בענן:",
  commands: {
    status: "הודעות בכל תור, עבודות פתוחות לפי גיל, כישלונות לפי קוד",
    dlq: "מכתבים מתים: גיל, עבודה, סיבה",
    redrive: "החזרת מכתבים מתים לתור, אחרי שהסיבה תוקנה",
  },
};

const en: LaneTexts = {
  title: "Lanes",
  asOf: (time) => `As of ${time}`,
  more: (count) => `The newest ${count} of each kind were counted; there are more, and the oldest is not among these.`,
  lane: "Priority",
  names: { high: "high", normal: "normal", low: "low" },
  waiting: "Waiting for a worker",
  oldest: "The oldest waits",
  others: "Waiting for a model or an attempt",
  running: "Running",
  elsewhere: "What is not here",
  why: "Messages in the queues and dead letters are not in the API: they belong to whoever runs the stage. The command line shows them, with the cloud's permissions:",
  commands: {
    status: "messages in each queue, open jobs by age, failures by code",
    dlq: "dead letters: age, job, reason",
    redrive: "puts dead letters back into their lane, once the cause is mended",
  },
};

export const LANES: Record<Language, LaneTexts> = { he, en };
