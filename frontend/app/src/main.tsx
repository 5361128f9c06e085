import "@fontsource-variable/noto-sans-hebrew/wght.css";
import "./styles/base.css";
import "./styles/controls.css";
import { createClient, isProblem, isTransient } from "@casework/client";
import { CaseworkProvider } from "@casework/client/react";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { App } from "./app.js";
import { type Config, loadConfig } from "./config.js";
import { LanguageProvider } from "./language.js";
import { useHashLocation } from "./location.js";
import { Session } from "./session.js";
import { Surroundings } from "./surroundings.js";

const root = createRoot(document.getElementById("root") as HTMLElement);

async function start(config: Config): Promise<void> {
  const session = await Session.open(config);
  const client = createClient({
    baseUrl: config.api,
    getToken: session.getToken,
    user: () => session.getState().person?.id ?? null,
  });
  const onError = (error: Error) => void (isProblem(error, "unauthorized") && session.refused());
  const queryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: { queries: { retry: (count, error) => isTransient(error) && count < 3, staleTime: 5_000 } },
  });
  root.render(
    <StrictMode>
      <LanguageProvider>
        <CaseworkProvider client={client}>
          <QueryClientProvider client={queryClient}>
            <Surroundings value={{ config, session }}>
              <Router hook={useHashLocation}>
                <App />
              </Router>
            </Surroundings>
          </QueryClientProvider>
        </CaseworkProvider>
      </LanguageProvider>
    </StrictMode>,
  );
}

loadConfig().then(start).catch(failed);

function failed(error: Error): void {
  root.render(
    <p role="alert" dir="ltr" lang="en" className="start-failed">
      Casework cannot start. {error.message}
    </p>,
  );
}
