// What does a test of the example have? A user with the sample case, and the page open in front of them.

import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { createSampleCase } from "../../local/sample-case.js";
import type { LocalSystem } from "../../local/system.js";
import { openBrowser, serveExample } from "./browser.js";
import { newUser, type User } from "./user.js";

export const PATIENCE_MS = 40_000;
export const START = /^התחלת ניתוח AI/;

export interface Example {
  user: User;
  caseId: string;
  page: Page;
  /** The card of an analysis. */
  card: (title: string) => Locator;
  form: (title?: string) => Locator;
}

/** The page, fresh for each test of the calling file; its members can be used in tests. */
export function openExample(system: LocalSystem): Example {
  let browser: BrowserContext;
  let closeBrowser: () => Promise<void>;
  let closeServer: () => Promise<void>;
  const card = (title: string) => example.page.getByRole("region", { name: title });
  const example = { card, form: (title = "טופס 7801") => card(title) } as Example;

  beforeAll(async () => {
    ({ browser, close: closeBrowser } = await openBrowser());
  });
  afterAll(() => closeBrowser?.());
  beforeEach(async () => {
    example.user = newUser(system);
    example.caseId = await createSampleCase(example.user.client);
    const server = await serveExample(system, { token: example.user.token, caseId: example.caseId });
    closeServer = server.close;
    example.page = await browser.newPage();
    example.page.setDefaultTimeout(PATIENCE_MS);
    await example.page.goto(server.url);
    await example.page.getByRole("heading", { level: 1 }).getByText("תביעת נכות").waitFor();
  });
  afterEach(async () => {
    await example.page.close();
    await closeServer();
    await system.setPace(1);
  });
  return example;
}
