import { defineConfig } from "vitest/config";
import { CLIENT_ALIAS } from "./local/alias.js";

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { resolve: { alias: CLIENT_ALIAS }, test: { name: "unit", include: ["tests/unit/**/*.test.{ts,tsx}"] } },
      {
        test: { name: "package", include: ["tests/package/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        resolve: { alias: CLIENT_ALIAS },
        test: {
          name: "system",
          include: ["tests/system/**/*.test.ts", "tests/app/**/*.test.ts"],
          // Real processes on a machine that may be busy.
          testTimeout: 150_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
          // In CI a browser that was lost once is tried again, and the report says so.
          retry: process.env.CI ? 1 : 0,
        },
      },
    ],
  },
});
