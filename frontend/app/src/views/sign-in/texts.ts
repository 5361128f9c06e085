import type { Language } from "../../language.js";
import type { SignInProblem } from "../../oidc.js";

/** Why nobody could be signed in at the issuer, and what to do. */
export const SIGN_IN_PROBLEMS: Record<Language, Record<SignInProblem, string>> = {
  he: {
    denied: "הכניסה בוטלה או נדחתה אצל ספק הזהות. אפשר לנסות שוב, או לפנות למנהל המערכת.",
    mismatch: "הכניסה לא הושלמה: התשובה אינה שייכת לכניסה שהתחילה בלשונית זו. התחילו שוב מכאן.",
    unreachable: "ספק הזהות אינו עונה. בדקו את החיבור ונסו שוב בעוד דקה.",
    insecure: "כניסה עם החשבון הארגוני אפשרית רק בכתובת https. פנו למנהל המערכת.",
    issuer: "ספק הזהות לא אפשר את הכניסה. אם זה חוזר, פנו למנהל המערכת.",
    noToken: "ספק הזהות לא מסר אסימון שהשירות יכול לקרוא. פנו למנהל המערכת.",
  },
  en: {
    denied: "The sign-in was cancelled or refused by the identity provider. Try again, or ask your administrator.",
    mismatch:
      "The sign-in was not completed: the answer does not belong to one that began in this tab. Begin again here.",
    unreachable: "The identity provider does not answer. Check your connection and try again in a minute.",
    insecure: "Signing in with your organisation's account needs an https address. Ask your administrator.",
    issuer: "The identity provider did not allow the sign-in. If this happens again, ask your administrator.",
    noToken: "The identity provider gave no token that the service can read. Ask your administrator.",
  },
};

export const SIGN_IN: Record<
  Language,
  Record<"title" | "about" | "as" | "issuer" | "paste" | "token" | "hint" | "wrong" | "enter" | "local", string>
> = {
  he: {
    title: "כניסה",
    about: "בדיקת תביעת נכות: הטופס מצד אחד, המסמך שעליו הוא נשען מצד שני.",
    as: "כניסה בתור",
    issuer: "כניסה עם החשבון הארגוני",
    paste: "כניסה עם אסימון",
    token: "אסימון (JWT)",
    hint: "האסימון נשמר בלשונית זו בלבד.",
    wrong: "זה אינו אסימון: נדרשים שלושה חלקים מופרדים בנקודות, עם sub.",
    enter: "כניסה",
    local: "המערכת רצה על המחשב הזה, עם ספקי בינה מלאכותית מדומים ותיקים לדוגמה.",
  },
  en: {
    title: "Sign in",
    about: "Check a disability claim: the form on one side, the document it rests on on the other.",
    as: "Sign in as",
    issuer: "Sign in with your organisation's account",
    paste: "Sign in with a token",
    token: "Token (JWT)",
    hint: "The token is kept in this tab only.",
    wrong: "This is not a token: it has three parts separated by dots, with a sub.",
    enter: "Sign in",
    local: "The system runs on this machine, with emulated AI providers and sample cases.",
  },
};
