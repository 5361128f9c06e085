import type { Span } from "../data/quotes.js";
import { shown } from "./mixed.js";

/** A text with one place of it marked. */
export function MarkedText({ text, span }: { text: string; span: Span | null }) {
  if (!span) return <>{shown(text)}</>;
  return (
    <>
      {shown(text.slice(0, span.start))}
      <mark>{shown(text.slice(span.start, span.end))}</mark>
      {shown(text.slice(span.end))}
    </>
  );
}
