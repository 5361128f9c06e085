// How does a test see the example as a user does? In Debian's Chromium, without a window, on a page that Vite serves.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Locator } from "playwright-core";
import { createServer } from "vite";
import type { LocalSystem } from "../../local/system.js";

const CHROMIUM = process.env.CASEWORK_CHROMIUM ?? "/usr/bin/chromium";
const EXAMPLE = fileURLToPath(new URL("../../example", import.meta.url));

/** Chromium with a fresh profile; `close` ends it and leaves nothing behind. */
export async function openBrowser(): Promise<{ browser: BrowserContext; close: () => Promise<void> }> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`There is no ${CHROMIUM}: apt-get install chromium, or name yours in CASEWORK_CHROMIUM.`);
  }
  const profile = mkdtempSync(join(tmpdir(), "casework-chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width: 820, height: 900 },
    locale: "he-IL",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
  const close = async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { browser, close };
}

/** The example page of one case of one user. */
export async function serveExample(
  system: LocalSystem,
  { token, caseId }: { token: string; caseId: string },
): Promise<{ url: string; close: () => Promise<void> }> {
  Object.assign(process.env, {
    VITE_CASEWORK_API: system.apiUrl,
    VITE_CASEWORK_TOKEN: token,
    VITE_CASEWORK_CASE: caseId,
  });
  const server = await createServer({ root: EXAMPLE, logLevel: "error", server: { port: 0, hmr: false, watch: null } });
  await server.listen();
  const [url = ""] = server.resolvedUrls?.local ?? [];
  return { url, close: () => server.close() };
}

/** A picture for the docs, when they are to be made: CASEWORK_PICTURES=../docs/images npm test. */
export async function picture(what: Locator, name: string): Promise<void> {
  const directory = process.env.CASEWORK_PICTURES;
  if (directory) await what.screenshot({ path: join(directory, `${name}.png`), animations: "disabled" });
}
