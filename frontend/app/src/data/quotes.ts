// Where in a text are the words of a quote? Found as a reader finds them: over line breaks, quotation marks, hyphens, niqqud.

export interface Span {
  start: number;
  end: number;
}

const SPEAKER = /^(user|ai|assistant|bot)\s*:\s*/i;
const DROPPED = /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\s]/;
const SAME: Record<string, string> = {
  "״": '"',
  "“": '"',
  "”": '"',
  "׳": "'",
  "‘": "'",
  "’": "'",
  "־": "-",
  "–": "-",
  "—": "-",
};

/** Who says a quote of the call, and the words without that. */
export function spokenBy(quote: string): { speaker: "user" | "bot" | null; words: string } {
  const [prefix = "", name = ""] = SPEAKER.exec(quote) ?? [];
  return { speaker: name ? (/^user$/i.test(name) ? "user" : "bot") : null, words: quote.slice(prefix.length) };
}

/** The place of the quote in the text; null when it is not there. */
export function findQuote(text: string, quote: string): Span | null {
  const haystack = plain(text);
  const needle = plain(spokenBy(quote).words).letters;
  if (needle === "") return null;
  const at = haystack.letters.indexOf(needle);
  if (at < 0) return null;
  const start = haystack.places[at] ?? 0;
  return { start, end: (haystack.places[at + needle.length - 1] ?? start) + 1 };
}

/** The letters that count, each with its place in the text. */
function plain(text: string): { letters: string; places: number[] } {
  let letters = "";
  const places: number[] = [];
  for (let place = 0; place < text.length; place++) {
    const letter = text.charAt(place);
    if (DROPPED.test(letter)) continue;
    letters += (SAME[letter] ?? letter).toLowerCase().slice(0, 1);
    places.push(place);
  }
  return { letters, places };
}
