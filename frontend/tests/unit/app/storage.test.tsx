// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test, vi } from "vitest";
import { tabStorage } from "../../../app/src/data/storage.js";
import { LanguageProvider, useLanguage } from "../../../app/src/language.js";
import { Session } from "../../../app/src/session.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

afterEach(() => vi.restoreAllMocks());

/** As with "block all cookies": naming a storage throws. */
function block(): void {
  for (const name of ["localStorage", "sessionStorage"] as const)
    vi.spyOn(window, name, "get").mockImplementation(() => {
      throw new DOMException("Access is denied for this document.", "SecurityError");
    });
}

function Chosen() {
  const { language, choose } = useLanguage();
  return (
    <button type="button" onClick={() => choose("en")}>
      {language}
    </button>
  );
}

test("where the browser keeps nothing, the language can be chosen all the same", () => {
  block();
  const page = document.createElement("main");
  const root = createRoot(page);

  act(() =>
    root.render(
      <LanguageProvider>
        <Chosen />
      </LanguageProvider>,
    ),
  );
  const first = page.textContent;
  act(() => page.querySelector("button")?.click());

  expect([first, page.textContent]).toEqual(["he", "en"]);
});

test("where the browser keeps nothing, people sign in all the same", async () => {
  block();
  const token = `e30.${btoa(JSON.stringify({ sub: "dana" }))}.x`;

  const session = await Session.open({ api: "https://api.example" });
  session.signInWith(token);

  expect(session.getState()).toMatchObject({ status: "in", person: { id: "dana" } });
  expect(await session.getToken({ rejected: null })).toBe(token);
});

test("a text that has no room is kept in the page, and an older one does not come back", () => {
  const kept = new Map([["text", "older"]]);
  const full = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
    removeItem: (name: string) => kept.delete(name),
  };
  vi.spyOn(window, "sessionStorage", "get").mockReturnValue(full as unknown as Storage);
  const before = tabStorage.getItem("text");

  tabStorage.setItem("text", "newer");

  expect([before, tabStorage.getItem("text"), kept.size]).toEqual(["older", "newer", 0]);
  tabStorage.removeItem("text");
  expect(tabStorage.getItem("text")).toBeNull();
});
