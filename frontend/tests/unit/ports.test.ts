// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { type PageChange, standardPorts } from "../../src/ports.js";

test("a browser's page tells that it is hidden, shown, and connected again", () => {
  const { page } = standardPorts();
  const told: [PageChange, boolean][] = [];
  const ignore = page.onChange((change) => told.push([change, page.isHidden()]));
  const turn = (visibilityState: DocumentVisibilityState) => {
    Object.defineProperty(document, "visibilityState", { value: visibilityState, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };

  turn("hidden");
  window.dispatchEvent(new Event("online"));
  turn("visible");
  ignore();
  turn("hidden");
  window.dispatchEvent(new Event("online"));

  expect(told).toEqual([
    ["hidden", true],
    ["online", true],
    ["shown", false],
  ]);
});
