// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { Session } from "../../../app/src/session.js";

const TOKEN = `e30.${btoa(JSON.stringify({ sub: "dana" }))}.x`;

afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
});

/** The browser's Back shows the page as it was left, instead of loading it. */
const shownAgain = () => dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));

test("whoever comes back from the issuer with Back is asked again before typed text is lost", async () => {
  const session = await Session.open({ api: "https://api.example" });
  session.signInWith(TOKEN);
  session.isLeaving = true;

  shownAgain();

  expect(session.isLeaving).toBe(false);
});

test("a page that was left by signing out is loaded anew when Back shows it: nothing of the person is in it", async () => {
  const reload = vi.spyOn(location, "reload").mockImplementation(() => undefined);
  const session = await Session.open({ api: "https://api.example" });
  session.signInWith(TOKEN);
  dispatchEvent(new Event("pageshow"));
  shownAgain();
  const before = reload.mock.calls.length;

  await session.signOut();
  const signedOut = reload.mock.calls.length;
  shownAgain();

  expect([before, signedOut, reload.mock.calls.length]).toEqual([0, 1, 2]);
});
