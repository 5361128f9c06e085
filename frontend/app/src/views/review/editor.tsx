// One field being edited: an input of its kind. Enter saves, Escape leaves it, leaving the field saves.

import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { FIELD_TEXTS } from "../../data/field-texts.js";
import type { FieldDefinition } from "../../data/fields.js";
import { useLanguage, useTexts } from "../../language.js";
import { directionOf } from "../../parts/mixed.js";
import { REVIEW } from "./texts.js";

interface EditorProps {
  definition: FieldDefinition;
  label: string;
  value: unknown;
  /** What is in the input at first: the value, or what was refused. */
  written: unknown;
  /** `toNext`: go on to the next value to check; `seen`: the value when the editor was opened. */
  onSave: (value: unknown, toNext: boolean, seen: unknown) => void;
  onCancel: () => void;
}

const CODES = new Set(["code", "phone", "email", "number", "money", "date"]);
const TYPES: Partial<Record<FieldDefinition["kind"], string>> = {
  ...{ date: "date", phone: "tel", email: "email", number: "number", money: "number" },
};

export function Editor({ definition, label, value, written, onSave, onCancel }: EditorProps) {
  const { language } = useLanguage();
  const texts = useTexts(REVIEW);
  const [opened] = useState({ seen: value ?? null, text: textOf(written) }); // the form may be read again underneath
  const [text, setText] = useState(opened.text);
  const input = useRef<HTMLInputElement & HTMLSelectElement & HTMLTextAreaElement>(null);
  const isOver = useRef(false);
  useEffect(() => {
    input.current?.focus();
    if (input.current && "select" in input.current && definition.kind !== "choice") input.current.select?.();
  }, [definition.kind]);
  const end = (action: () => void) => {
    if (isOver.current) return;
    isOver.current = true;
    action();
  };
  const save = (toNext: boolean) => end(() => onSave(enteredValue(definition, text), toNext, opened.seen));
  const keyed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") end(onCancel);
    else if (event.key === "Enter" && !(definition.kind === "long" && event.shiftKey))
      save(event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shared = {
    ref: input,
    "aria-label": label,
    value: text,
    onChange: (event: { target: { value: string } }) => setText(event.target.value),
    onKeyDown: keyed,
    onBlur: () => (text === opened.text ? end(onCancel) : save(false)),
  };
  const direction = CODES.has(definition.kind)
    ? "ltr"
    : directionOf(opened.text || (language === "he" ? "א" : "a")).dir;
  if (definition.kind === "choice" || definition.kind === "yes") {
    return <Choice definition={definition} shared={shared} />;
  }
  if (definition.kind === "long") return <textarea {...shared} dir={direction} rows={4} maxLength={2_000} />;
  return (
    <span className="editor">
      <input
        {...shared}
        dir={direction}
        type={TYPES[definition.kind] ?? "text"}
        min={TYPES[definition.kind] === "number" ? 0 : undefined}
        step={definition.kind === "money" ? "any" : undefined}
        maxLength={500}
        autoComplete="off"
      />
      <span className="hint keys-hint">
        Enter {texts.save} · Esc {texts.cancel}
      </span>
    </span>
  );
}

function Choice({ definition, shared }: { definition: FieldDefinition; shared: object }) {
  const { language } = useLanguage();
  const texts = FIELD_TEXTS[language];
  const options = definition.kind === "yes" ? ["true", "false"] : ["", ...(definition.options ?? [])];
  const names: Record<string, string> = { true: texts.yes, false: texts.no, "": "–", ...texts.choices };
  return (
    <select {...shared}>
      {options.map((option) => (
        <option key={option} value={option}>
          {names[option] ?? option}
        </option>
      ))}
    </select>
  );
}

function textOf(value: unknown): string {
  return value === null || value === undefined || value === 0 ? "" : String(value);
}

/** What the API takes for a text of this kind. */
export function enteredValue({ kind }: FieldDefinition, text: string): unknown {
  if (kind === "yes") return text === "true";
  if (kind === "number" || kind === "money") return Number(text.replace(/[^\d.]/g, "")) || 0;
  return text.trim();
}
