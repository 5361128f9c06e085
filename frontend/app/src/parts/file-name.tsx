import { directionOf, shown } from "./mixed.js";

/** A file's name; its ending stays at its end, whatever is before it. */
export function FileName({ name }: { name: string }) {
  const { stem, ending } = partsOf(name);
  return (
    <bdi className="file-name" {...directionOf(stem)}>
      <bdi>{shown(stem)}</bdi>
      {ending && "."}
      <bdi dir="ltr">{ending}</bdi>
    </bdi>
  );
}

/** The same as plain text, e.g. for an option: a mark keeps numbers before the ending from running into it. */
export function fileNameText(name: string): string {
  const { stem, ending } = partsOf(name);
  const mark = directionOf(stem).dir === "rtl" ? "\u200f" : "";
  return shown(stem) + (ending && `${mark}.${ending}`);
}

function partsOf(name: string): { stem: string; ending: string } {
  const [, stem = name, ending = ""] = /^(.+?)(?:\.(\w{1,5}))?$/s.exec(name) ?? [];
  return { stem, ending };
}
