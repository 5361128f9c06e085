import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

interface Locked {
  version?: string;
  integrity?: string;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const lock = JSON.parse(await readFile(new URL("../../package-lock.json", import.meta.url), "utf8"));
const packages = Object.entries<Locked>(lock.packages).filter(([path]) => path !== "");

test("each package is locked by version and checksum, from whatever registry a machine uses", () => {
  const loose = packages.filter(([, { version, integrity, resolved }]) => !version || !integrity || resolved);

  expect(packages.length).toBeGreaterThan(50);
  expect(loose).toEqual([]);
});

test("the packages of all platforms are locked, not those of one machine", () => {
  const names = new Set(packages.map(([path]) => path.slice(path.lastIndexOf("node_modules/") + 13)));

  const missing = packages.flatMap(([, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !names.has(name)),
  );

  expect(missing).toEqual([]);
});

test("the project pins every tool exactly", async () => {
  const { devDependencies } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));

  expect(Object.values<string>(devDependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
