// What does a printed page say? Chromium prints it to a PDF, and the project's own reader of PDFs reads that back.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { PROJECT } from "../../local/system.js";

const PYTHON = process.env.CASEWORK_PYTHON ?? join(PROJECT, ".venv/bin/python");
const READER = fileURLToPath(new URL("./printed-lines.py", import.meta.url));

type Box = [left: number, top: number, right: number, bottom: number];

/** A line as it is read; its boxes, one a character, in parts of the page. */
export interface PrintedLine {
  text: string;
  boxes: Box[];
}

/** The pages of what this page prints, each as its lines in reading order. */
export async function printedPages(page: Page): Promise<PrintedLine[][]> {
  const directory = mkdtempSync(join(tmpdir(), "casework-print-"));
  const file = join(directory, "print.pdf");
  await page.evaluate(() => document.fonts.ready);
  writeFileSync(file, await page.pdf({ preferCSSPageSize: true }));
  const env = { ...process.env, PYTHONPATH: PROJECT };
  const read = execFileSync(PYTHON, [READER, file], { cwd: PROJECT, env, encoding: "utf8" });
  rmSync(directory, { recursive: true });
  return JSON.parse(read);
}

/** Words and numbers as they follow each other, without what is between them. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

export const textOf = (lines: readonly PrintedLine[]) => wordsOf(lines.map(({ text }) => text).join(" ")).join(" ");

/** Whether these words follow `lead` closely, in this order; a cell beside it may be in between. */
export function follows(text: string, lead: string, words: string[]): boolean {
  return placesOf(text, lead).some((at) => {
    let from = at;
    const end = at + reachOf(lead, words);
    return words.every((word) => {
      const found = text.indexOf(word, from);
      from = found + word.length;
      return found >= 0 && from <= end;
    });
  });
}

/** Whether these words are near `lead`: a line of two directions is read in either. */
export function isNear(text: string, lead: string, words: string[]): boolean {
  return placesOf(text, lead).some((at) => {
    const reach = reachOf(lead, words);
    const around = text.slice(Math.max(0, at - reach), at + reach);
    return words.every((word) => around.includes(word));
  });
}

const reachOf = (lead: string, words: string[]) => lead.length + 2 * words.join(" ").length + 60;

function placesOf(text: string, lead: string): number[] {
  const wanted = wordsOf(lead).join(" ");
  const places: number[] = [];
  for (let at = text.indexOf(wanted); wanted && at >= 0; at = text.indexOf(wanted, at + 1)) places.push(at);
  return places;
}
