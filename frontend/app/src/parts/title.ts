import { useEffect } from "react";
import { shown } from "./mixed.js";

/** The title of the tab, without what could turn it around. */
export function useTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.filter(Boolean).map((part) => shown(part ?? "")), "Casework"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
