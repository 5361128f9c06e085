// Which keys do what in the review? By place on the keyboard: letters are others on a Hebrew layout.

import { type RefObject, useEffect, useRef } from "react";
import type { UsedSource } from "./page-pane.js";

export interface KeyActions {
  next(step: 1 | -1): void;
  undo: (() => void) | null;
  confirmSection(): void;
  take(index: number): void;
  showKeys(): void;
  source: UsedSource;
  formPane: RefObject<HTMLElement | null>;
  pagePane: RefObject<HTMLElement | null>;
}

export function useKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey || document.querySelector("dialog[open]")) return;
      if (act(event, latest.current)) event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

/** Whether the key did something. */
function act(event: KeyboardEvent, actions: KeyActions): boolean {
  if (event.code === "F8") return done(() => actions.next(event.shiftKey ? -1 : 1));
  if (event.code === "F6") return done(() => swap(actions));
  const isTyping = (event.target as HTMLElement | null)?.closest("input, textarea, select, [contenteditable]");
  if (event.ctrlKey || event.metaKey) return !isTyping && withControl(event, actions);
  if (isTyping) return false;
  return inForm(event, actions) || inSource(event, actions);
}

function withControl({ code, shiftKey }: KeyboardEvent, { undo, confirmSection }: KeyActions): boolean {
  if (code === "KeyZ" && !shiftKey && undo) return done(undo);
  if (code === "Enter" && shiftKey) return done(confirmSection);
  return false;
}

function inForm({ code, key, target }: KeyboardEvent, actions: KeyActions): boolean {
  if (key === "?") return done(actions.showKeys);
  const row = (target as HTMLElement).closest<HTMLElement>("[data-field]");
  const rows = [...(actions.formPane.current?.querySelectorAll<HTMLElement>("[data-field]") ?? [])].filter(
    (one) => one.offsetParent !== null,
  );
  const at = row ? rows.indexOf(row) : -1;
  const targets: Record<string, HTMLElement | undefined> = {
    ...{ ArrowDown: rows[at + 1], ArrowUp: rows[at - 1], Home: rows[0], End: rows.at(-1) },
  };
  if (!row || !(code in targets)) return false;
  return done(() => targets[code]?.focus());
}

const PAGE_KEYS: Record<string, string> = {
  ...{ PageDown: "next-page", PageUp: "previous-page", Equal: "zoom-in", NumpadAdd: "zoom-in", Minus: "zoom-out" },
  ...{ NumpadSubtract: "zoom-out", Digit0: "zoom-fit", Numpad0: "zoom-fit" },
};

/** Keys of the source work in both panes; those of its page only there, since they scroll the form. */
function inSource({ code, target }: KeyboardEvent, actions: KeyActions): boolean {
  const { source, formPane, pagePane } = actions;
  const isInPage = pagePane.current?.contains(target as Node) ?? false;
  if (!isInPage && !formPane.current?.contains(target as Node)) return false;
  if (code === "Period") return done(() => source.go(1));
  if (code === "Comma") return done(() => source.go(-1));
  if (source.isComparing && /^(Digit|Numpad)[12]$/.test(code))
    return done(() => actions.take(Number(code.slice(-1)) - 1));
  const name = PAGE_KEYS[code];
  if (!name || (code.startsWith("Page") && !isInPage)) return false;
  const button = pagePane.current?.querySelector<HTMLElement>(`[data-key="${name}"]`);
  return button ? done(() => button.click()) : false;
}

function swap({ formPane, pagePane }: KeyActions): void {
  const isInForm = formPane.current?.contains(document.activeElement);
  const pane = isInForm ? pagePane.current : formPane.current;
  const places = isInForm ? [".page-scroll, .transcript"] : ['[data-active="true"] [data-field]', "[data-field]"];
  const found = places.map((place) => pane?.querySelector<HTMLElement>(place)).find(Boolean);
  (found ?? pane)?.focus();
}

function done(action: () => void): true {
  action();
  return true;
}
