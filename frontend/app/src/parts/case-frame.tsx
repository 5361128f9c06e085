// What is around every view of one case? Its title, and the ways between its views.

import { errorText } from "@casework/client/messages";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { useCase } from "../data/queries.js";
import { type Language, useMessages, useTexts } from "../language.js";
import { Mixed } from "./mixed.js";
import { useTitle } from "./title.js";
import "./case-frame.css";

type Name = "material" | "review" | "findings" | "history" | "print";

const TABS: Record<Language, Record<Name | "views" | "loading", string>> = {
  he: {
    material: "חומר וניתוחים",
    review: "בדיקת הטופס",
    findings: "ממצאים וזכאות",
    history: "היסטוריה",
    print: "הדפסה",
    views: "חלקי התיק",
    loading: "טוען את התיק…",
  },
  en: {
    material: "Material and analyses",
    review: "Check the form",
    findings: "Findings and eligibility",
    history: "History",
    print: "Print",
    views: "Views of the case",
    loading: "Loading the case…",
  },
};
const PLACES: Record<Name, string> = {
  ...{ material: "", review: "/review", findings: "/findings", history: "/history", print: "/print" },
};

interface CaseFrameProps {
  caseId: string;
  /** Beside the title. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function CaseFrame({ caseId, aside, className = "", children }: CaseFrameProps) {
  const texts = useTexts(TABS);
  const messages = useMessages();
  const [place] = useLocation();
  const { data, error } = useCase(caseId);
  useTitle(data?.title);
  const names = Object.keys(PLACES) as Name[];
  return (
    <div className={`case ${className}`}>
      <header className="case-head">
        <div className="case-title">
          {data ? <Mixed as="h1" text={data.title} /> : <h1>{texts.loading}</h1>}
          {aside}
        </div>
        <nav aria-label={texts.views} className="tabs">
          {names.map((name) => {
            const href = `/cases/${caseId}${PLACES[name]}`;
            return (
              <Link key={name} href={href} aria-current={place === href ? "page" : undefined}>
                {texts[name]}
              </Link>
            );
          })}
        </nav>
      </header>
      {error && !data ? (
        <p role="alert" className="notice bad">
          {errorText(messages, error)}
        </p>
      ) : (
        children
      )}
    </div>
  );
}
