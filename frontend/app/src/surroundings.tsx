// What does every view find around it? The configuration and the session.

import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from "react";
import type { Config } from "./config.js";
import type { Session, SessionState } from "./session.js";

interface Surrounding {
  config: Config;
  session: Session;
}

const SurroundingContext = createContext<Surrounding | null>(null);

export function Surroundings({ value, children }: { value: Surrounding; children: ReactNode }) {
  return <SurroundingContext value={value}>{children}</SurroundingContext>;
}

export function useSurroundings(): Surrounding {
  const found = useContext(SurroundingContext);
  if (!found) throw new Error("There are no <Surroundings> here.");
  return found;
}

/** Who is signed in; drawn again when that changes. */
export function useSession(): SessionState & { session: Session } {
  const { session } = useSurroundings();
  return { ...useSyncExternalStore(session.subscribe, session.getState), session };
}

/** The browser asks before it closes or reloads the page while something is not saved. */
export function useAskBeforeLeaving(isUnsaved: boolean): void {
  const { session } = useSurroundings();
  useEffect(() => {
    if (!isUnsaved) return;
    const ask = (event: BeforeUnloadEvent) => session.isLeaving || event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isUnsaved, session]);
}
