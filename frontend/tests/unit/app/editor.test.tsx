// @vitest-environment happy-dom
import { act, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FieldDefinition } from "../../../app/src/data/fields.js";
import { Surroundings } from "../../../app/src/surroundings.js";
import { Editor } from "../../../app/src/views/review/editor.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;
let session: { isLeaving: boolean };
let saved: unknown[];

beforeEach(() => {
  page = document.body.appendChild(document.createElement("main"));
  root = createRoot(page);
  session = { isLeaving: false };
  saved = [];
});

afterEach(() => {
  act(() => root.unmount());
  page.remove();
});

/** An editor of a field with this value; what it saves is noted. */
function opened(definition: FieldDefinition, value: unknown): HTMLInputElement {
  const surrounding = { config: {}, session } as never;
  const none = () => undefined;
  act(() =>
    root.render(
      <StrictMode>
        <Surroundings value={surrounding}>
          <Editor
            {...{ definition, value, label: "field", written: value, onCancel: none }}
            onSave={(wanted) => saved.push(wanted)}
          />
        </Surroundings>
      </StrictMode>,
    ),
  );
  return page.querySelector("input, select") as HTMLInputElement;
}

function type(input: HTMLInputElement, text: string): void {
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value") ?? {};
  act(() => {
    set?.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** Whether the browser would ask before the page is left. */
function asks(): boolean {
  const event = new Event("beforeunload", { cancelable: true });
  dispatchEvent(event);
  return event.defaultPrevented;
}

const CITY = { name: "city", kind: "text" } as const;

test("what was typed is saved when the view is left with the browser's Back", () => {
  const input = opened(CITY, "חיפה");
  type(input, "עכו");

  act(() => root.render(null));

  expect(saved).toEqual(["עכו"]);
});

test("nothing is saved by leaving an editor in which nothing was typed, half a date is in, or that has saved", () => {
  opened(CITY, "חיפה");
  act(() => root.render(null));
  const untouched = [...saved];
  const date = opened({ name: "start_date", kind: "date" }, "2024-01-02");
  type(date, "");
  Object.defineProperty(date, "validity", { value: { badInput: true } });
  act(() => root.render(null));
  const half = [...saved];
  const input = opened(CITY, "חיפה");
  type(input, "עכו");
  act(() => void input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true })));
  act(() => root.render(null));

  expect([untouched, half, saved]).toEqual([[], [], ["עכו"]]);
});

test("the page is not closed over typed text unasked, except on the way to the issuer", () => {
  const input = opened(CITY, "חיפה");
  const before = asks();
  type(input, "עכו");
  const typed = asks();
  session.isLeaving = true;
  const toIssuer = asks();

  expect([before, typed, toIssuer]).toEqual([false, true, false]);
});

test("a select shows the value that Enter would keep, though this release does not know it", () => {
  const shown = (definition: FieldDefinition, value: unknown) => {
    const select = opened(definition, value) as unknown as HTMLSelectElement;
    const now = select.value;
    const keyed = new KeyboardEvent("keydown", { key: "Enter", bubbles: true });
    act(() => void select.dispatchEvent(keyed));
    act(() => root.render(null));
    return [now, saved.pop()];
  };
  const choice: FieldDefinition = { name: "clinic_type", kind: "choice", options: ["private", "public"] };

  expect(shown(choice, "public")).toEqual(["public", "public"]);
  expect(shown(choice, "mobile")).toEqual(["mobile", "mobile"]);
  expect(shown(choice, null)).toEqual(["", ""]);
  expect(shown({ name: "cancer", kind: "yes" }, true)).toEqual(["true", true]);
  expect(shown({ name: "cancer", kind: "yes" }, null)).toEqual(["false", false]);
});
