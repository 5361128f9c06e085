// How is text shown that somebody else wrote, in whatever language? In its own direction and language.

import type { ReactNode } from "react";
import { useTexts } from "./texts.js";

/** Controls that turn text around without being seen; somebody may mean harm by them. */
const BIDI_CONTROL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const SPEAKER = /^(user|ai|assistant|bot)\s*:\s*/i;

interface MixedProps {
  text: string;
  as?: "bdi" | "p" | "dd" | "li" | "q";
  children?: ReactNode;
}

/** A text by the direction and language of most of its letters, not of the first one. */
export function Mixed({ text, as: Tag = "bdi", children }: MixedProps) {
  return (
    <Tag {...directionOf(text)}>
      {shown(text)}
      {children}
    </Tag>
  );
}

/** Words of a source; who says them is not part of the words. */
export function Quoted({ quote }: { quote: string }) {
  const { speakers } = useTexts();
  const [prefix = "", speaker = ""] = SPEAKER.exec(quote) ?? [];
  return (
    <>
      {speaker && <>{/^user$/i.test(speaker) ? speakers.user : speakers.assistant} </>}
      <Mixed as="q" text={quote.slice(prefix.length)} />
    </>
  );
}

export function directionOf(text: string): { dir: "rtl" | "ltr"; lang: "he" | "en" } {
  const hebrew = text.match(/\p{Script=Hebrew}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return hebrew >= latin && hebrew > 0 ? { dir: "rtl", lang: "he" } : { dir: "ltr", lang: "en" };
}

/** The text with its hidden controls made visible. */
function shown(text: string): string {
  return text.replace(BIDI_CONTROL, (one) => `⟦U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟧`);
}
