// Where is @casework/client, for what is built and tested beside it? In its sources.

import { fileURLToPath } from "node:url";

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

export const CLIENT_ALIAS = {
  "@casework/client/messages": source("messages/index.ts"),
  "@casework/client/query": source("query/index.ts"),
  "@casework/client/react": source("react/index.ts"),
  "@casework/client": source("index.ts"),
};
