// Where in the app is the person? After the `#` of the address, with its query: any host can serve that without rules.

import { useSyncExternalStore } from "react";

interface Going {
  replace?: boolean;
  state?: unknown;
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  addEventListener("popstate", listener);
  return () => {
    removeEventListener("hashchange", listener);
    removeEventListener("popstate", listener);
  };
}

const parts = () => location.hash.replace(/^#?\/?/, "/").split("?");
const path = () => parts()[0] ?? "/";
const search = () => parts()[1] ?? "";

/** Go to a place in the app. */
export function navigate(to: string, { replace = false, state = null }: Going = {}): void {
  history[replace ? "replaceState" : "pushState"](state, "", `#${to}`);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** For wouter's `<Router hook>`. */
export function useHashLocation(): [string, typeof navigate] {
  return [useSyncExternalStore(subscribe, path), navigate];
}

useHashLocation.searchHook = (): string => useSyncExternalStore(subscribe, search);
useHashLocation.hrefs = (href: string): string => `#${href}`;
