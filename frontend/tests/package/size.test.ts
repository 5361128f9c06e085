import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";
import { figure } from "../figures.js";

/** The client with all hooks: 8.5 KB. */
const MOST_BYTES = 8_704;
/** With everything that it loads later. */
const MOST_BYTES_IN_ALL = 18_000;
const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

/** Bytes, each file compressed by itself as it is sent: what a page loads at once, and what when it first needs it. */
interface Sizes {
  atOnce: number;
  /** By the name of the part. */
  late: Record<string, number>;
}

const HOOKS = "CaseworkProvider, useAnalysis, useClient, useJob, useJobs, useUploads";
const CLIENT = ["createClient", "casework/index.ts"] as const;

/** What a page loads that imports these names. React and TanStack Query are the page's own. */
async function sizesOf(...imports: (readonly [names: string, from: string])[]): Promise<Sizes> {
  const directory = await mkdtemp(join(tmpdir(), "casework-size-"));
  const entry = join(directory, "entry.ts");
  const lines = imports.map(([names, from]) => `import { ${names} } from "${from}";`);
  await writeFile(entry, [...lines, `globalThis.used = [${imports.map(([names]) => names).join(", ")}];`].join("\n"));
  const built = await build({
    ...{ root: directory, configFile: false, logLevel: "error" },
    resolve: { alias: { casework: SOURCES } },
    // As for a server, else Vite adds its preloading of style sheets, once for the whole page.
    ssr: { noExternal: true, external: ["react", "@tanstack/react-query"] },
    build: { write: false, ssr: entry, minify: true, target: "es2022" },
  });
  await rm(directory, { recursive: true });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? one.output : []));
  return sizesIn(outputs.filter((part) => part.type === "chunk"));
}

function sizesIn(chunks: Rolldown.OutputChunk[]): Sizes {
  const first = new Set(chunks.filter(({ isEntry }) => isEntry));
  for (const { imports } of first) for (const chunk of chunks) if (imports.includes(chunk.fileName)) first.add(chunk);
  const sizeOf = ({ code }: Rolldown.OutputChunk) => gzipSync(code, { level: 9 }).length;
  return {
    atOnce: [...first].reduce((sum, chunk) => sum + sizeOf(chunk), 0),
    late: Object.fromEntries(chunks.filter((chunk) => !first.has(chunk)).map((chunk) => [chunk.name, sizeOf(chunk)])),
  };
}

test("the client and its hooks stay small, compressed; what is not imported costs nothing", async () => {
  const client = await sizesOf(CLIENT);
  const everything = await sizesOf(CLIENT, [HOOKS, "casework/react/index.ts"]);
  const following = await sizesOf(CLIENT, ["CaseworkProvider, useAnalysis, useJob", "casework/react/index.ts"]);
  const check = await sizesOf(["isProblem", "casework/index.ts"]);
  const hebrew = await sizesOf(["he, errorText", "casework/messages/index.ts"]);

  const late = Object.entries(everything.late).map(([name, size]) => `${name} ${size}`);
  const inAll = Object.values(everything.late).reduce((sum, size) => sum + size, everything.atOnce);
  figure("createClient, gzip", `${client.atOnce} bytes`);
  figure("createClient, useAnalysis and useJob, gzip", `${following.atOnce} bytes`);
  figure("createClient and all hooks, gzip", `${everything.atOnce} bytes`, `≤ ${MOST_BYTES}`);
  figure("loaded with the first use, gzip", `${late.join(", ")} bytes; in all ${inAll}`, `≤ ${MOST_BYTES_IN_ALL}`);
  figure("isProblem alone, gzip", `${check.atOnce} bytes`, "≤ 600");
  figure("messages, one language, gzip", `${hebrew.atOnce} bytes`);
  expect(client.atOnce).toBeLessThanOrEqual(MOST_BYTES);
  expect(everything.atOnce).toBeLessThanOrEqual(MOST_BYTES);
  expect(Object.keys(everything.late).sort()).toEqual(["documents", "job-list", "live", "work"]);
  expect(inAll).toBeLessThanOrEqual(MOST_BYTES_IN_ALL);
  expect(check.atOnce).toBeLessThanOrEqual(600);
});
