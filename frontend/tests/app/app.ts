// How does a test use the app? Built as it ships, served beside its own config.json, in Chromium.

import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "playwright-core";
import { build, preview } from "vite";
import { expect } from "vitest";
import type { LocalSystem } from "../../local/system.js";

const APP = fileURLToPath(new URL("../../app", import.meta.url));

export interface ServedApp {
  url: string;
  directory: string;
  close: () => Promise<void>;
}

/** The built app, with a config.json for this system; `settings` are added to it. */
export async function serveApp(system: LocalSystem, settings: object = {}): Promise<ServedApp> {
  const directory = mkdtempSync(join(tmpdir(), "casework-app-"));
  process.env.CASEWORK_APP_CONFIG = JSON.stringify({ api: system.apiUrl, stage: "test", ...settings });
  const outDir = join(directory, "dist");
  const common = { root: APP, logLevel: "error" as const, build: { outDir, emptyOutDir: true } };
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production"; // else React's development build is what is tested
  await build(common);
  process.env.NODE_ENV = NODE_ENV;
  const server = await preview({ ...common, preview: { host: "127.0.0.1", port: 0 } });
  const [url = ""] = server.resolvedUrls?.local ?? [];
  const close = async () => {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { url, directory: outDir, close };
}

export interface OpenOptions {
  token: string;
  language?: "he" | "en";
  /** The address in the app, e.g. `/cases`. */
  at?: string;
  size?: { width: number; height: number };
}

/** A tab with the app, signed in. What its console complains of is in `complaints`. */
export async function openApp(
  browser: BrowserContext,
  { url }: ServedApp,
  { token, language = "he", at = "/", size = { width: 1400, height: 900 } }: OpenOptions,
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  await page.setViewportSize(size);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.addInitScript(
    ([token, language]) => {
      if (!sessionStorage.getItem("casework token")) sessionStorage.setItem("casework token", token ?? "");
      localStorage.setItem("casework language", language ?? "");
    },
    [token, language],
  );
  await page.goto(`${url}#${at}`);
  return { page, complaints };
}

/** What axe finds wrong on the page, as `rule: where`. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8"));
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

/** What the window shows, for the docs, when it is to be made: CASEWORK_PICTURES=../docs/images npm test. */
export async function windowPicture(page: Page, name: string): Promise<void> {
  const directory = process.env.CASEWORK_PICTURES;
  if (directory) await page.screenshot({ path: join(directory, `${name}.png`), animations: "disabled" });
}

interface Violation {
  id: string;
  nodes: { target: string[] }[];
}

/** Nobody on this page had anything to complain of. */
export function expectQuiet(complaints: string[]): void {
  expect(complaints).toEqual([]);
}
