import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { CLIENT_ALIAS } from "../local/alias.js";
import { localApp } from "../local/app-plugin.js";

/** Scripts of the app only, and no text becomes a script: what is injected somewhere stays text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data: https: http://127.0.0.1:*",
  "connect-src 'self' https: wss: http://127.0.0.1:* ws://127.0.0.1:*",
  "frame-src https: http://127.0.0.1:*", // a download, in a frame without scripts
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
].join("; ");

function contentSecurityPolicy(): Plugin {
  const attrs = { "http-equiv": "Content-Security-Policy", content: POLICY };
  return {
    name: "content-security-policy",
    apply: "build", // the development server has scripts of its own
    transformIndexHtml: () => [{ tag: "meta", attrs, injectTo: "head-prepend" }],
  };
}

export default defineConfig({
  base: "./", // the files work in any folder of any host
  plugins: [react(), localApp(), contentSecurityPolicy()],
  resolve: { alias: CLIENT_ALIAS },
  build: { target: "es2022", assetsInlineLimit: 0 },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1", port: 8100 },
});
