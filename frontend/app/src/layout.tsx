// What is around every view? The bar with the ways to go, the language, the person; and what concerns the whole page.

import { type ReactNode, useRef, useSyncExternalStore } from "react";
import { Link, useLocation } from "wouter";
import { useIsSending } from "./data/use-files.js";
import { useLanguage, useTexts } from "./language.js";
import { Mixed } from "./parts/mixed.js";
import { useAskBeforeLeaving, useSession, useSurroundings } from "./surroundings.js";
import { FRAME } from "./texts.js";
import { SignInAgain } from "./views/sign-in/again.js";

export function Layout({ children }: { children: ReactNode }) {
  const texts = useTexts(FRAME);
  const { status } = useSession();
  const isOnline = useOnline();
  useAskBeforeLeaving(useIsSending());
  const main = useRef<HTMLElement>(null);
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        {texts.toContent}
      </button>
      <TopBar />
      {(status === "expired" || status === "refused") && <SignInAgain />}
      {!isOnline && (
        <p className="band warn" role="status">
          {texts.offline}
        </p>
      )}
      <main ref={main} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function TopBar() {
  const texts = useTexts(FRAME);
  const { config } = useSurroundings();
  const { person } = useSession();
  return (
    <header className="top-bar">
      <Link href="/cases" className="brand">
        Casework
      </Link>
      {config.stage && <span className="stage">{config.stage}</span>}
      <nav aria-label="Casework">
        <Tab href="/cases">{texts.cases}</Tab>
        {person?.isAdmin && <Tab href="/ops/jobs">{texts.operations}</Tab>}
      </nav>
      <LanguageButton />
      <PersonMenu />
    </header>
  );
}

function Tab({ href, children }: { href: string; children: ReactNode }) {
  const [place] = useLocation();
  const [, area = ""] = href.split("/");
  return (
    <Link href={href} aria-current={place.startsWith(`/${area}`) ? "page" : undefined}>
      {children}
    </Link>
  );
}

export function LanguageButton() {
  const { other } = useTexts(FRAME);
  const { choose } = useLanguage();
  return (
    <button type="button" className="plain" lang={other.language} onClick={() => choose(other.language)}>
      {other.name}
    </button>
  );
}

function PersonMenu() {
  const texts = useTexts(FRAME);
  const { person, session } = useSession();
  return (
    <span className="person">
      {person && <Mixed text={person.name} />}
      <button type="button" className="plain" onClick={() => session.signOut()}>
        {texts.signOut}
      </button>
    </span>
  );
}

function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      addEventListener("online", listener);
      addEventListener("offline", listener);
      return () => {
        removeEventListener("online", listener);
        removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
}
