// One field being edited: an input of its kind. Enter saves, Escape leaves it; leaving the field, or the view, saves.

import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { FIELD_TEXTS } from "../../data/field-texts.js";
import type { FieldDefinition } from "../../data/fields.js";
import { useLanguage, useTexts } from "../../language.js";
import { directionOf } from "../../parts/mixed.js";
import { useAskBeforeLeaving } from "../../surroundings.js";
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
  ...{ date: "date", phone: "tel", email: "email" },
};
const MODES: Partial<Record<FieldDefinition["kind"], "decimal" | "numeric">> = { money: "decimal", number: "numeric" };

export function Editor({ definition, label, value, written, onSave, onCancel }: EditorProps) {
  const { language } = useLanguage();
  const texts = useTexts(REVIEW);
  const [opened] = useState({ seen: value ?? null, text: textOf(written, definition) }); // the form may be read again underneath
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
  /** Half a date is none for the browser: it would be saved as an empty one. */
  const isHalf = () => input.current?.validity?.badInput ?? false;
  const save = (toNext: boolean) => end(() => onSave(enteredValue(definition, text), toNext, opened.seen));
  const isTyped = text !== opened.text;
  const left = useRef<() => void>(() => undefined);
  useLayoutEffect(() => {
    left.current = () => {
      if (isTyped && !isHalf()) save(false);
    };
  });
  // The browser's Back takes the view away without a blur. A layout effect: the input can still be asked.
  useLayoutEffect(() => () => left.current(), []);
  useAskBeforeLeaving(isTyped);
  const keyed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const isBreak = definition.kind === "long" && event.shiftKey;
    if (event.key === "Escape") end(onCancel);
    else if (event.key !== "Enter" || isBreak) return;
    else if (isHalf()) input.current?.reportValidity();
    else save(event.ctrlKey || event.metaKey);
    event.preventDefault();
    event.stopPropagation();
  };
  const shared = {
    ref: input,
    "aria-label": label,
    value: text,
    onChange: (event: { target: { value: string } }) => setText(event.target.value),
    onKeyDown: keyed,
    onBlur: () => (!isTyped || isHalf() ? end(onCancel) : save(false)),
  };
  const direction = CODES.has(definition.kind)
    ? "ltr"
    : directionOf(opened.text || (language === "he" ? "א" : "a")).dir;
  if (definition.kind === "choice" || definition.kind === "yes") {
    return <Choice definition={definition} opened={opened.text} shared={shared} />;
  }
  if (definition.kind === "long") return <textarea {...shared} dir={direction} rows={4} />;
  return (
    <span className="editor">
      <input {...shared} dir={direction} {...looksOf(definition, opened.text)} autoComplete="off" />
      <span className="hint keys-hint">
        Enter {texts.save} · Esc {texts.cancel}
      </span>
    </span>
  );
}

interface ChoiceProps {
  definition: FieldDefinition;
  opened: string;
  shared: object;
}

/** What the field has is among the options, though a newer release wrote it: a select would show its first instead. */
function Choice({ definition, opened, shared }: ChoiceProps) {
  const { language } = useLanguage();
  const texts = FIELD_TEXTS[language];
  const options = definition.kind === "yes" ? ["true", "false"] : ["", ...(definition.options ?? [])];
  if (!options.includes(opened)) options.push(opened);
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

/** What is no date, and what is no number, could not be seen in an input of that type. */
function looksOf({ kind }: FieldDefinition, text: string) {
  const type = kind === "date" && text !== "" && !isDay(text) ? "text" : (TYPES[kind] ?? "text");
  return { type, inputMode: MODES[kind] };
}

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function textOf(value: unknown, { kind }: FieldDefinition): string {
  if (kind === "yes") return String(YES.test(String(value)));
  return value === null || value === undefined || value === 0 ? "" : String(value);
}

const YES = /^(true|yes|כן)$/i;
const NUMBER = /\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?/g;

/** What the API takes for a text of this kind; one that is not a single number stays a text, for the API to refuse. */
export function enteredValue({ kind }: FieldDefinition, text: string): unknown {
  const plain = text.trim();
  if (kind === "yes") return YES.test(plain);
  if (kind !== "number" && kind !== "money") return plain;
  const [number, ...others] = plain.match(NUMBER) ?? [];
  if (plain === "") return 0;
  return number === undefined || others.length > 0 || /-\s*\d/.test(plain) ? plain : Number(number.replaceAll(",", ""));
}
