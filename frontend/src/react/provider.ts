"use client";
// Which client do the hooks use? The one of the provider above them.

import { createContext, createElement, type ReactElement, type ReactNode, useContext } from "react";
import type { Client } from "../client.js";

const ClientContext = createContext<Client | null>(null);

/** Gives the client to all hooks below. Create the client once, outside of components. */
export function CaseworkProvider({ client, children }: { client: Client; children?: ReactNode }): ReactElement {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The client of the nearest provider. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) throw new Error("Put a <CaseworkProvider client={…}> around the components that use Casework.");
  return client;
}
