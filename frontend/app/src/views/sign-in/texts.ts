import type { Language } from "../../language.js";

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
