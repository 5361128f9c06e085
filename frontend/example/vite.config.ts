import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { localCasework } from "../local/vite-plugin.js";

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

export default defineConfig({
  plugins: [react(), localCasework()],
  resolve: {
    alias: {
      "@casework/client/messages": source("messages/index.ts"),
      "@casework/client/react": source("react/index.ts"),
      "@casework/client": source("index.ts"),
    },
  },
  server: { host: "127.0.0.1" },
});
