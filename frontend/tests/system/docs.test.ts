import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import react from "@vitejs/plugin-react";
import { build, preview } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSampleCase } from "../../local/sample-case.js";
import { PROJECT } from "../../local/system.js";
import { openBrowser } from "./browser.js";
import { ownSystem } from "./own-system.js";
import { newUser } from "./user.js";

/*
 * The page docs/frontend.md, followed to the letter: the client is packed and installed into a React app that knows
 * nothing of Casework, the page's files are written into it, and its button is pressed.
 */

const run = promisify(execFile);
const FRONTEND = join(PROJECT, "frontend");
const BLOCK = /^```(?:tsx?|js)\n\/\/ (\S+)\n([\s\S]*?)^```$/gm;
const INI = /^```ini\n([\s\S]*?)^```$/m;
const PACKED = ["LICENSE", "README.md", "dist/cjs/package.json", "package.json"];

const system = ownSystem({ emulatorSeconds: 3 });
let directory: string;
let app: string;
let page: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "casework-docs-"));
  app = join(directory, "my-app");
  page = await readFile(join(PROJECT, "docs/frontend.md"), "utf8");
  await existingApp();
  await written(page);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** A React app as Vite makes it, before anything of ours is in it; React and the tools lie in the directory above. */
async function existingApp(): Promise<void> {
  await symlink(join(FRONTEND, "node_modules"), join(directory, "node_modules"));
  await file("package.json", JSON.stringify({ name: "my-app", private: true, type: "module" }));
  await file("index.html", '<div id="root"></div><script type="module" src="/src/main.tsx"></script>');
  const compilerOptions = {
    ...{ target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable"], module: "ESNext", moduleResolution: "bundler" },
    ...{ jsx: "react-jsx", types: ["vite/client", "node"], strict: true, noEmit: true, skipLibCheck: true },
  };
  await file("tsconfig.json", JSON.stringify({ compilerOptions, include: ["src"] }));
}

async function written(markdown: string): Promise<void> {
  for (const [, name = "", text = ""] of markdown.matchAll(BLOCK)) await file(name, text);
}

async function file(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(app, name)), { recursive: true });
  await writeFile(join(app, name), text);
}

test("the package holds the built client and nothing else, and installs without anything from elsewhere", async () => {
  const options = { cwd: FRONTEND, maxBuffer: 2 ** 24 };
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", directory], options);
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[")));

  await run("npm", ["install", "--offline", join(directory, basename(filename))], { cwd: app });

  const names: string[] = files.map(({ path }: { path: string }) => path);
  const installed = JSON.parse(await readFile(join(app, "node_modules/@casework/client/package.json"), "utf8"));
  expect(names.filter((name) => !/^dist\/(cjs\/)?(\w+\/)?[\w-]+\.(js|js\.map|d\.ts)$/.test(name))).toEqual(PACKED);
  expect(names).toEqual(expect.arrayContaining(["dist/index.js", "dist/index.d.ts", "dist/react/index.js"]));
  expect(installed.dependencies).toBeUndefined();
});

test("the page's files compile in a strict app", async () => {
  const named = [...page.matchAll(BLOCK)].map(([, name]) => name);

  const compiled = run(join(FRONTEND, "node_modules/.bin/tsc"), ["--project", app]).catch((error) => error);

  expect((await compiled).stdout).toBe("");
  expect(named).toHaveLength([...page.matchAll(/^```(?:tsx?|js)$/gm)].length); // each block names its file
});

test("the app shows a button, its progress and the result", async () => {
  const user = newUser(system);
  const caseId = await createSampleCase(user.client);
  const [, env = ""] = INI.exec(page) ?? [];
  await file(".env.local", env.replace("http://127.0.0.1:8000", system.apiUrl).replace("<the token>", user.token));
  const vite = { root: app, configFile: false as const, logLevel: "error" as const, plugins: [react()] };
  await build({ ...vite, resolve: { dedupe: ["react", "react-dom"] } });
  const server = await preview({ ...vite, preview: { host: "127.0.0.1", port: 0 } });
  const { browser, close } = await openBrowser();
  const tab = await browser.newPage();

  await tab.goto(`${server.resolvedUrls?.local[0]}?case=${caseId}`);
  await tab.getByRole("heading", { name: "תביעת נכות" }).waitFor(); // from TanStack Query
  await tab.getByRole("button", { name: "התחלת ניתוח AI" }).click();
  await tab.getByText(/^מנתח… \d+% – ./).waitFor();
  await tab.getByRole("progressbar").waitFor();
  await tab.getByRole("button", { name: "הרצה חוזרת" }).waitFor({ timeout: 60_000 });
  await tab.locator("section p").filter({ hasText: "תמר" }).waitFor(); // the summary
  await tab.getByText("completed 100%").waitFor(); // the list's line, from SWR
  await tab.locator("input[type=file]").setInputFiles({
    ...{ name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(2 ** 20, "a") },
  });
  await tab.getByText("large.txt: מוכן").waitFor();
  const documents = await user.client.documents.list(caseId);

  expect(await tab.getByRole("alert").count()).toBe(0);
  expect(documents.find(({ file_name }) => file_name === "large.txt")).toMatchObject({
    status: "ready",
    size: 2 ** 20,
  });
  await close();
  await server.close();
});

test("a server renders the page with one client per request", async () => {
  const user = newUser(system);
  const caseId = await createSampleCase(user.client);
  const vite = { root: app, configFile: false as const, logLevel: "error" as const };
  await build({ ...vite, build: { ssr: "src/server.tsx", outDir: "server" } });
  const script = `import("./server/server.js").then(async ({ page }) => console.log(await page(process.env.TOKEN, "${caseId}")))`;

  const { stdout } = await run("node", ["--input-type=module", "-e", script], {
    cwd: app,
    env: { ...process.env, CASEWORK_API: system.apiUrl, TOKEN: user.token },
  });

  expect(stdout).toMatch(/<h1>תביעת נכות.*<button type="button" disabled="">התחלת ניתוח AI/);
});

test("the page's test passes", async () => {
  const { stdout } = await run(join(FRONTEND, "node_modules/.bin/vitest"), ["run", "--root", app], { cwd: app });

  expect(stdout).toMatch(/1 passed/);
});

test("the package is loaded by require, as Jest does, and by import", async () => {
  const names = ["", "/react", "/messages", "/testing"];
  const load = (how: string) =>
    `for (const name of ${JSON.stringify(names)}) { const all = ${how}; console.log(Object.keys(all).length > 1); }`;

  const required = await run(
    "node",
    ["--no-experimental-require-module", "-e", load('require("@casework/client" + name)')],
    { cwd: app },
  );
  const imported = await run("node", ["--input-type=module", "-e", load('await import("@casework/client" + name)')], {
    cwd: app,
  });

  expect([required.stdout, imported.stdout]).toEqual(Array(2).fill("true\n".repeat(4)));
});

test("the React entry says that it belongs to the browser, in every file", async () => {
  for (const directory of ["dist/react", "dist/cjs/react"]) {
    const all = join(app, "node_modules/@casework/client", directory);
    const texts = await Promise.all(
      (await readdir(all)).filter((name) => name.endsWith(".js")).map((name) => readFile(join(all, name), "utf8")),
    );
    expect(texts.filter((text) => !/^("use strict";\n)?"use client";/.test(text))).toEqual([]);
  }
});

test("the script runs as it stands", async () => {
  const { token } = newUser(system);

  const { stdout } = await run("node", ["follow.mjs"], {
    cwd: app,
    env: { ...process.env, CASEWORK_API: system.apiUrl, CASEWORK_TOKEN: token },
  });

  expect(stdout).toMatch(/^100% Completed$/m);
  expect(stdout).toMatch(/^Case [0-9a-f-]{36}: .+/m);
});
