// What does the frame around the views say?

import type { Language } from "./language.js";

export interface FrameTexts {
  cases: string;
  operations: string;
  signOut: string;
  other: { language: Language; name: string };
  toContent: string;
  loading: string;
  expired: string;
  refused: string;
  signInAgain: string;
  offline: string;
  error: string;
  chunkLost: string;
  reload: string;
  notFound: string;
  backToCases: string;
  forbidden: string;
  close: string;
}

export const FRAME: Record<Language, FrameTexts> = {
  he: {
    cases: "תיקים",
    operations: "תפעול",
    signOut: "יציאה",
    other: { language: "en", name: "English" },
    toContent: "דילוג לתוכן",
    loading: "טוען…",
    expired: "החיבור שלכם פג. מה שעל המסך נשמר; התחברו שוב כדי להמשיך.",
    refused: "השירות אינו מקבל את הכניסה שלכם. מה שעל המסך נשמר; התחברו שוב, ואם זה חוזר פנו למנהל המערכת.",
    signInAgain: "התחברות מחדש",
    offline: "אין חיבור לרשת. שינויים יישלחו כשהחיבור יחזור.",
    error: "משהו השתבש בדף.",
    chunkLost: "חלק מהדף לא נטען. ייתכן שהותקנה גרסה חדשה.",
    reload: "טעינה מחדש",
    notFound: "הדף לא נמצא.",
    backToCases: "לרשימת התיקים",
    forbidden: "אין לכם הרשאה לדף זה.",
    close: "סגירה",
  },
  en: {
    cases: "Cases",
    operations: "Operations",
    signOut: "Sign out",
    other: { language: "he", name: "עברית" },
    toContent: "Skip to content",
    loading: "Loading…",
    expired: "Your sign-in has expired. What is on the screen is kept; sign in again to go on.",
    refused:
      "The service does not accept your sign-in. What is on the screen is kept; sign in again, and ask your administrator if this happens again.",
    signInAgain: "Sign in again",
    offline: "You are offline. Changes are sent when the connection is back.",
    error: "Something went wrong on this page.",
    chunkLost: "A part of the page could not be loaded. A new version may have been installed.",
    reload: "Reload",
    notFound: "No such page.",
    backToCases: "To the list of cases",
    forbidden: "You have no access to this page.",
    close: "Close",
  },
};
