import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { CLIENT_ALIAS } from "../local/alias.js";
import { localCasework } from "../local/vite-plugin.js";

export default defineConfig({
  plugins: [react(), localCasework()],
  resolve: { alias: CLIENT_ALIAS },
  server: { host: "127.0.0.1" },
});
