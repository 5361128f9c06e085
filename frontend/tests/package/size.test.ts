import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";
import { figure } from "../figures.js";

const MOST_BYTES = 14_500;
const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

/** How many bytes a page loads, compressed, for what it imports. React and TanStack Query are the page's own. */
async function gzipBytes(...imports: string[]): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "casework-size-"));
  const entry = join(directory, "entry.ts");
  await writeFile(entry, imports.join("\n"));
  const built = await build({
    ...{ root: directory, configFile: false, logLevel: "error" },
    resolve: { alias: { casework: SOURCES } },
    build: {
      ...{ write: false, minify: true, target: "es2022", modulePreload: false },
      rollupOptions: {
        ...{ input: entry, preserveEntrySignatures: "strict" },
        external: ["react", "@tanstack/react-query"],
      },
    },
  });
  await rm(directory, { recursive: true });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? one.output : []));
  const code = outputs.map((part) => (part.type === "chunk" ? part.code : "")).join("");
  return gzipSync(code, { level: 9 }).length;
}

test("the client and its hooks stay small, compressed; what is not imported costs nothing", async () => {
  const client = await gzipBytes('export { createClient } from "casework/index.ts";');
  const everything = await gzipBytes(
    'export { createClient } from "casework/index.ts";',
    'export * from "casework/react/index.ts";',
  );
  const following = await gzipBytes(
    'export { createClient } from "casework/index.ts";',
    'export { CaseworkProvider, useAnalysis, useJob } from "casework/react/index.ts";',
  );
  const check = await gzipBytes('export { isProblem } from "casework/index.ts";');
  const hebrew = await gzipBytes('export { he, errorText } from "casework/messages/index.ts";');

  figure("createClient, gzip", `${client} bytes`);
  figure("createClient, useAnalysis and useJob, gzip", `${following} bytes`);
  figure("createClient and all hooks, gzip", `${everything} bytes`, `≤ ${MOST_BYTES}; the aim is 8704`);
  figure("isProblem alone, gzip", `${check} bytes`, "≤ 600");
  figure("messages, one language, gzip", `${hebrew} bytes`);
  expect(everything).toBeLessThanOrEqual(MOST_BYTES);
  expect(check).toBeLessThanOrEqual(600);
});
