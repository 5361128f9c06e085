import type { CaseDocument, Issue } from "@casework/client";
import { issueDocument } from "../data/review.js";
import { directionOf, shown } from "./mixed.js";

/** A file's name: its ending stays at its end, with the number or Latin word before it, whatever else is before them. */
export function FileName({ name }: { name: string }) {
  const { stem, ending } = partsOf(name);
  return (
    <bdi className="file-name" {...directionOf(stem || ending)}>
      <bdi>{shown(stem)}</bdi>
      {ending.startsWith(".") && "."}
      <bdi dir="ltr">{ending.replace(/^\./, "")}</bdi>
    </bdi>
  );
}

/** The same as plain text, e.g. for an option; a mark says which way its end runs. */
export function fileNameText(name: string): string {
  const { stem, ending } = partsOf(name);
  const isHebrew = stem !== "" && directionOf(stem).dir === "rtl";
  const mark = ending.startsWith(".") ? "\u200f" : "\u200e";
  return shown(stem) + (isHebrew && ending ? mark : "") + ending;
}

/** `ending` is ".pdf" after a Hebrew word, else the last word with it: "22.4.2026.pdf". */
function partsOf(name: string): { stem: string; ending: string } {
  const [, stem = name, ending = ""] = /^(.*?)((?<![\w.-])[\w.-]*\.\w{1,5})$/s.exec(name) ?? [];
  return { stem, ending };
}

/** The document that an issue is about, before its sentence. */
export function IssueDocument({ issue, documents }: { issue: Issue; documents: CaseDocument[] }) {
  const name = issueDocument(issue, documents);
  return (
    name !== null && (
      <>
        <FileName name={name} />:{" "}
      </>
    )
  );
}
