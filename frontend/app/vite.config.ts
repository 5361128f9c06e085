import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { localApp } from "../local/app-plugin.js";

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

export default defineConfig({
  base: "./", // the files work in any folder of any host
  plugins: [react(), localApp()],
  resolve: {
    alias: {
      "@casework/client/messages": source("messages/index.ts"),
      "@casework/client/query": source("query/index.ts"),
      "@casework/client/react": source("react/index.ts"),
      "@casework/client": source("index.ts"),
    },
  },
  build: { target: "es2022", assetsInlineLimit: 0 },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1", port: 8100 },
});
