// Where is kept what outlives a reload? In the browser's storage; where that is blocked or full, in this page alone.

type Name = "localStorage" | "sessionStorage";

/** The browser's own; null where site data is blocked: merely naming it throws then. */
export function nativeStorage(name: Name): Storage | null {
  try {
    return window[name];
  } catch {
    return null;
  }
}

function keptIn(name: Name): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const own = new Map<string, string>();
  return {
    getItem: (key) => own.get(key) ?? nativeStorage(name)?.getItem(key) ?? null,
    setItem(key, text) {
      own.set(key, text);
      try {
        nativeStorage(name)?.setItem(key, text);
      } catch {
        nativeStorage(name)?.removeItem(key); // full: an older text must not come back
      }
    },
    removeItem(key) {
      own.delete(key);
      nativeStorage(name)?.removeItem(key);
    },
  };
}

/** What is of this browser, e.g. the language. */
export const browserStorage = keptIn("localStorage");
/** What is of this tab, e.g. the token. */
export const tabStorage = keptIn("sessionStorage");
