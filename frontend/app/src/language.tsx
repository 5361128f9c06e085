// In which language and direction is the page? Hebrew unless the person chose English; kept in this browser.

import { en, he, type Messages } from "@casework/client/messages";
import { createContext, type ReactNode, useContext, useLayoutEffect, useState } from "react";
import { browserStorage } from "./data/storage.js";

export type Language = "he" | "en";

const KEPT = "casework language";
const MESSAGES: Record<Language, Messages> = { he, en };

interface Chosen {
  language: Language;
  choose: (language: Language) => void;
}

const LanguageContext = createContext<Chosen>({ language: "he", choose: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(keptLanguage);
  useLayoutEffect(() => {
    Object.assign(document.documentElement, { lang: language, dir: language === "he" ? "rtl" : "ltr" });
  }, [language]);
  const choose = (chosen: Language) => {
    browserStorage.setItem(KEPT, chosen);
    setLanguage(chosen);
  };
  return <LanguageContext value={{ language, choose }}>{children}</LanguageContext>;
}

export function useLanguage(): Chosen {
  return useContext(LanguageContext);
}

/** The texts of a view in the language of the page: each view keeps its own table beside it, in a file `texts.ts`. */
export function useTexts<T>(table: Record<Language, T>): T {
  return table[useLanguage().language];
}

/** The sentences of @casework/client/messages for codes of the API. */
export function useMessages(): Messages {
  return MESSAGES[useLanguage().language];
}

function keptLanguage(): Language {
  return browserStorage.getItem(KEPT) === "en" ? "en" : "he";
}
