import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { CLIENT_ALIAS } from "../local/alias.js";
import { localApp } from "../local/app-plugin.js";

export default defineConfig({
  base: "./", // the files work in any folder of any host
  plugins: [react(), localApp()],
  resolve: { alias: CLIENT_ALIAS },
  build: { target: "es2022", assetsInlineLimit: 0 },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1", port: 8100 },
});
