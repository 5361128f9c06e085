import { ProblemError } from "@casework/client";
import { errorText, reasonText } from "@casework/client/messages";
import type { Refusal } from "../../data/edits.js";
import { useMessages, useTexts } from "../../language.js";
import { Mixed } from "../../parts/mixed.js";
import { REVIEW } from "./texts.js";

const LONGEST_SHOWN = 80;

/** What the API did not take, and why; what was written can still be read, and is in the editor when it is opened. */
export function Refused({ refused: { error, edit } }: { refused: Refusal }) {
  const texts = useTexts(REVIEW);
  const messages = useMessages();
  const places = error instanceof ProblemError ? error.errors : [];
  const { wanted } = edit;
  const written = typeof wanted === "string" || typeof wanted === "number" ? String(wanted) : "";
  return (
    <p role="alert" className="notice bad" data-refused>
      {texts.refused} {written && <Mixed text={shortened(written)} />}{" "}
      {places.length === 0 && errorText(messages, error)}
      {places.map((place) => {
        const { text, lang } = reasonText(messages, place);
        return (
          <span key={place.pointer} lang={lang} dir={lang === "he" ? "rtl" : "ltr"}>
            {text}{" "}
          </span>
        );
      })}
    </p>
  );
}

function shortened(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
