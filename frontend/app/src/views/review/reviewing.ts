// What is a person doing in the form? Which field is looked at, which is edited, and where "next" leads.

import { useCallback, useMemo, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import type { EditsState } from "../../data/edits.js";
import type { Review, ReviewField } from "../../data/review.js";
import type { UsedForm } from "../../data/use-form.js";

export interface Reviewing {
  form: UsedForm;
  edits: EditsState;
  /** The path of the field whose source is shown. */
  active: string | null;
  editing: string | null;
  onlyOpen: boolean;
  look(path: string): void;
  edit(path: string | null): void;
  save(field: ReviewField, value: unknown, toNext: boolean): void;
  setOnlyOpen(onlyOpen: boolean): void;
  /** Go to the next value to check after the active one, or the one before it. */
  next(step: 1 | -1): void;
}

export function useReviewing(review: Review | null, form: UsedForm): Reviewing {
  const [asked, setAsked] = useSearchParams();
  const [active, setActive] = useState<string | null>(asked.get("field"));
  const [editing, setEditing] = useState<string | null>(null);
  const onlyOpen = asked.get("only") === "open";
  const latest = useRef({ review, active });
  latest.current = { review, active };
  const put = useCallback(
    (name: string, value: string) =>
      setAsked(
        (before) => {
          const after = new URLSearchParams(before);
          if (value) after.set(name, value);
          else after.delete(name);
          return after;
        },
        { replace: true },
      ),
    [setAsked],
  );
  const look = useCallback(
    (path: string) => {
      setActive(path);
      put("field", path);
    },
    [put],
  );
  const next = useCallback((step: 1 | -1) => {
    const { review, active } = latest.current;
    const target = review && nextOpen(review.fields, active, step);
    if (target) focusField(target.path);
  }, []);
  return useMemo(
    () => ({
      ...{ form, edits: form.edits, active, editing, onlyOpen, look, next },
      edit: setEditing,
      save(field, value, toNext) {
        setEditing(null);
        form.forgetRefusal();
        form.set(field.path, value);
        if (toNext) requestAnimationFrame(() => next(1));
      },
      setOnlyOpen: (wanted) => put("only", wanted ? "open" : ""),
    }),
    [form, active, editing, onlyOpen, look, next, put],
  );
}

/** The next open field after this one, over the end to the first. */
export function nextOpen(fields: readonly ReviewField[], active: string | null, step: 1 | -1): ReviewField | null {
  const at = fields.findIndex(({ path }) => path === active);
  const order =
    step === 1
      ? [...fields.slice(at + 1), ...fields.slice(0, at + 1)]
      : [...fields.slice(0, Math.max(0, at)).toReversed(), ...fields.slice(Math.max(0, at)).toReversed()];
  return order.find(({ isOpen, path }) => isOpen && path !== active) ?? null;
}

/** Put the focus on a field's row, and bring it into sight. */
export function focusField(path: string): void {
  const row = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(path)}"]`);
  row?.closest("details")?.setAttribute("open", "");
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "center" });
}
