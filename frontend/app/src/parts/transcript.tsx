// What was said in the call? Line by line, with the words marked that a value rests on.

import { useEffect, useRef } from "react";
import type { CallMessage } from "../data/queries.js";
import type { Span } from "../data/quotes.js";
import { type Language, useTexts } from "../language.js";
import { MarkedText } from "./marked-text.js";
import { directionOf } from "./mixed.js";
import "./transcript.css";
import { scrollWithin } from "./scroll.js";

export const SPEAKERS: Record<Language, Record<CallMessage["role"] | "title", string>> = {
  he: { user: "הפונה", bot: "העוזרת", title: "תמליל השיחה" },
  en: { user: "Claimant", bot: "Assistant", title: "Transcript of the call" },
};

interface TranscriptProps {
  messages: CallMessage[];
  marks: { index: number; span: Span }[];
}

export function Transcript({ messages, marks }: TranscriptProps) {
  const speakers = useTexts(SPEAKERS);
  const pane = useRef<HTMLElement>(null);
  const marked = useRef<HTMLLIElement>(null);
  const [first] = marks;
  // biome-ignore lint/correctness/useExhaustiveDependencies: shown again whenever other words are marked
  useEffect(() => {
    scrollWithin(pane.current, marked.current);
  }, [first?.index, first?.span.start]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard
    <section className="transcript" ref={pane} tabIndex={0} aria-label={speakers.title}>
      <ol>
        {messages.map(({ index, role, message }) => {
          const own = marks.find((mark) => mark.index === index);
          return (
            <li key={index} ref={own && own === first ? marked : undefined} data-role={role}>
              <span className="speaker">{speakers[role]}</span>
              <p {...directionOf(message)}>
                <MarkedText text={message} span={own?.span ?? null} />
              </p>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
