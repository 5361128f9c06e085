import { createClient } from "@casework/client";
import { CaseworkProvider } from "@casework/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { CasePage } from "./case-page.js";
import "./style.css";

const { VITE_CASEWORK_API, VITE_CASEWORK_TOKEN, VITE_CASEWORK_CASE } = import.meta.env;

const client = createClient({ baseUrl: VITE_CASEWORK_API, getToken: () => VITE_CASEWORK_TOKEN });

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <CaseworkProvider client={client}>
      <CasePage caseId={VITE_CASEWORK_CASE} />
    </CaseworkProvider>
  </StrictMode>,
);
