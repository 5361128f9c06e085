import type { FieldDefinition } from "../data/fields.js";
import { valueText } from "../data/format.js";
import { useLanguage } from "../language.js";
import { Ltr, Mixed } from "./mixed.js";

interface ValueProps {
  definition: Pick<FieldDefinition, "kind">;
  value: unknown;
  empty?: string;
}

/** A value of the form, in its own direction. */
export function Value({ definition, value, empty = "–" }: ValueProps) {
  const { language } = useLanguage();
  const { text, isCode } = valueText(definition, value, language);
  if (text === "") return <span className="muted">{empty}</span>;
  return isCode ? <Ltr text={text} /> : <Mixed text={text} />;
}
