// How is text shown that somebody else wrote? In the direction and language of most of its letters, its controls visible.

import type { HTMLAttributes } from "react";

/** Controls that turn text around without being seen; somebody may mean harm by them. */
const BIDI_CONTROL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Invisible characters that say nothing; a line feed and a tab may stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff]/g;

/** More marks on one letter than any script has; they would be drawn over the lines above and below. */
const HEAPED_MARKS = /(\p{M}{4})\p{M}+/gu;

interface MixedProps extends HTMLAttributes<HTMLElement> {
  text: string;
  as?: "bdi" | "p" | "dd" | "li" | "span" | "h1" | "h2" | "blockquote" | "td";
}

/** The only way to show a text from documents, calls, models, file names and people. */
export function Mixed({ text, as: Tag = "bdi", ...attributes }: MixedProps) {
  return (
    <Tag {...directionOf(text)} {...attributes}>
      {shown(text)}
    </Tag>
  );
}

/** Numbers, ids, mail addresses: always from left to right. */
export function Ltr({ text }: { text: string }) {
  return <bdi dir="ltr">{shown(text)}</bdi>;
}

export function directionOf(text: string): { dir: "rtl" | "ltr"; lang: "he" | "en" } {
  const hebrew = text.match(/\p{Script=Hebrew}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return hebrew >= latin && hebrew > 0 ? { dir: "rtl", lang: "he" } : { dir: "ltr", lang: "en" };
}

/** The text with its hidden controls made visible. */
export function shown(text: string): string {
  return text
    .replace(INVISIBLE, "")
    .replace(HEAPED_MARKS, "$1")
    .replace(BIDI_CONTROL, (one) => `⟦U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟧`);
}
