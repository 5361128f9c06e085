import { spokenBy } from "../data/quotes.js";
import { useTexts } from "../language.js";
import { Mixed } from "./mixed.js";
import { SPEAKERS } from "./transcript.js";

/** Words of a source; who says them is not part of the words. */
export function Quoted({ quote }: { quote: string }) {
  const speakers = useTexts(SPEAKERS);
  const { speaker, words } = spokenBy(quote);
  return (
    <>
      {speaker && <span className="hint">{speakers[speaker]}: </span>}
      <Mixed text={words} />
    </>
  );
}
