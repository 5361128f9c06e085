import { expect, test } from "vitest";
import { json } from "../../src/testing/index.js";
import { CASE, FORM, fakeToken, newWorld, settled } from "./fakes/world.js";

/** A page whose token is A's, until it is another's; `posted` is what was asked for as whom. */
function sharedPage() {
  const there = { user: "a" };
  const world = newWorld({ getToken: () => fakeToken(there.user) });
  const asked = (user: string) =>
    world.api.asked
      .filter(({ headers }) => headers.Authorization === `Bearer ${fakeToken(user)}`)
      .map(({ method, path }) => `${method} ${path}`);
  return { ...world, there, asked };
}

test("a retry by the id of a job, whose job is still being read, is not made as the next user's", async () => {
  const page = sharedPage();
  page.api.put({ job_id: "j", status: "failed" });
  page.api.next = [
    (asked) => {
      page.there.user = "b";
      return page.api.answer(asked);
    },
  ];

  await expect(page.client.retry("j")).rejects.toMatchObject({ name: "UserChangedError" });
  await settled();
  expect([page.asked("a"), page.asked("b")]).toEqual([["GET /jobs/j"], []]);
});

test("what one user runs is neither waited for nor cancelled as the next", async () => {
  const page = sharedPage();
  page.api.next = [
    (asked) => {
      const started = page.api.answer(asked);
      page.there.user = "b";
      page.api.owners.clear(); // b is an admin: everything is seen
      return started;
    },
  ];
  const given = new AbortController();
  const running = page.client.run(FORM, CASE, { signal: given.signal, cancelOnAbort: true });
  const failed = expect(running).rejects.toMatchObject({ name: "UserChangedError" });
  await page.time.advance(4_000);
  given.abort();
  await page.time.advance(4_000);

  await failed;
  expect(page.asked("b")).toEqual([]);
});

test("an abort just as the user changes cancels nothing as the next", async () => {
  const page = sharedPage();
  page.api.next = [(asked) => page.api.answer(asked), () => json(500, {})];
  const given = new AbortController();
  const running = page.client.run(FORM, CASE, { signal: given.signal, cancelOnAbort: true });
  const failed = expect(running).rejects.toMatchObject({ name: "AbortError" });
  await page.time.advance(1_000);
  page.api.owners.clear();
  page.there.user = "b";
  given.abort();
  await page.time.advance(4_000);

  await failed;
  expect(page.asked("b")).toEqual([]);
});
