import { createClient } from "@casework/client";
import { CaseworkProvider } from "@casework/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { CasePage } from "./case-page.js";
import { TEXTS, TextsContext } from "./texts.js";
import "./style.css";

const { VITE_CASEWORK_API, VITE_CASEWORK_TOKEN, VITE_CASEWORK_CASE } = import.meta.env;

const client = createClient({ baseUrl: VITE_CASEWORK_API, getToken: () => VITE_CASEWORK_TOKEN });

const texts = TEXTS[new URLSearchParams(location.search).get("lang") === "en" ? "en" : "he"];
Object.assign(document.documentElement, { lang: texts.messages.lang, dir: texts.dir });
document.title = texts.title;

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <CaseworkProvider client={client}>
      <TextsContext value={texts}>
        <CasePage caseId={VITE_CASEWORK_CASE} />
      </TextsContext>
    </CaseworkProvider>
  </StrictMode>,
);
