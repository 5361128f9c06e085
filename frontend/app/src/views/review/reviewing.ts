// What is a person doing in the form? Which field is looked at, which is edited, and where "next" leads.

import { useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useSearchParams } from "wouter";
import type { EditsState } from "../../data/edits.js";
import type { Review, ReviewField } from "../../data/review.js";
import type { UsedForm } from "../../data/use-form.js";

/** What rows and keys do. The same object all the time, so that a row is drawn again only when it changes itself. */
export interface ReviewActions {
  look(path: string): void;
  edit(path: string | null): void;
  /** `seen`: the field's value when the person began to edit it. */
  save(field: ReviewField, value: unknown, toNext: boolean, seen?: unknown): void;
  revert(field: ReviewField): void;
  /** Go to the next value to check after the active one, or the one before it. */
  next(step: 1 | -1): void;
}

export interface Reviewing {
  form: UsedForm;
  edits: EditsState;
  /** The path of the field whose source is shown. */
  active: string | null;
  editing: string | null;
  onlyOpen: boolean;
  setOnlyOpen(onlyOpen: boolean): void;
  actions: ReviewActions;
}

const NOTED_MS = 400;

export function useReviewing(review: Review | null, form: UsedForm): Reviewing {
  const [asked, setAsked] = useSearchParams();
  const [active, setActive] = useState<string | null>(asked.get("field"));
  const [editing, setEditing] = useState<string | null>(null);
  const latest = useRef({ review, form, active });
  useEffect(() => {
    latest.current = { review, form, active };
  });
  const put = (name: string, value: string) =>
    setAsked(
      (before) => {
        const after = new URLSearchParams(before);
        if (value) after.set(name, value);
        else after.delete(name);
        return after;
      },
      { replace: true },
    );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address follows the field, once the focus rests
  useEffect(() => {
    if (active === null || active === asked.get("field")) return;
    const timer = setTimeout(() => put("field", active), NOTED_MS);
    return () => clearTimeout(timer);
  }, [active]);
  const actions = useMemo<ReviewActions>(() => {
    const next = (step: 1 | -1) => {
      const { review, active } = latest.current;
      const target = review && nextOpen(review.fields, active, step);
      if (target) focusField(target.path);
    };
    return {
      look: setActive,
      edit: setEditing,
      save(field, value, toNext, seen) {
        const enter = () => {
          setEditing(null);
          latest.current.form.set(field.path, value, seen);
        };
        if (!toNext) return enter();
        flushSync(enter); // or a key that comes before the next frame would be for the field just saved
        next(1);
      },
      revert: ({ path, analysed }) => latest.current.form.revert(path, analysed),
      next,
    };
  }, []);
  const onlyOpen = asked.get("only") === "open";
  const setOnlyOpen = (wanted: boolean) => put("only", wanted ? "open" : "");
  return { form, edits: form.edits, active, editing, onlyOpen, setOnlyOpen, actions };
}

/** The next open field after this one, over the end to the first. */
function nextOpen(fields: readonly ReviewField[], active: string | null, step: 1 | -1): ReviewField | null {
  const order = step === 1 ? fields : fields.toReversed();
  const at = order.findIndex(({ path }) => path === active);
  const others = [...order.slice(at + 1), ...order.slice(0, Math.max(0, at))];
  return others.find(({ isOpen }) => isOpen) ?? null;
}

/** Put the focus on a field's row, and bring it into sight. */
export function focusField(path: string): void {
  const row = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(path)}"]`);
  row?.closest("details")?.setAttribute("open", "");
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "center" });
}
