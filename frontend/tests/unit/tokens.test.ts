import { expect, test } from "vitest";
import { problem } from "../../src/testing/index.js";
import { CASE, FORM, newWorld, settled } from "./fakes/world.js";

const unauthorized = () => problem(401, "unauthorized");

test("however many requests were refused, one renewal is asked for", async () => {
  const renewals: (string | null)[] = [];
  const world = newWorld({
    getToken: async ({ rejected }) => {
      if (rejected === null) return "old";
      renewals.push(rejected);
      return "new";
    },
  });
  for (const id of ["a", "b", "c", "d"]) world.api.put({ job_id: id });
  world.api.next = Array(4).fill(unauthorized);

  await Promise.all(["a", "b", "c", "d"].map((id) => world.client.jobs.get(id)));
  world.api.next = [unauthorized];
  await world.client.jobs.get("a"); // refused later, with the same token

  expect(renewals).toEqual(["old"]);
});

test("a renewed token that is refused is renewed in its turn", async () => {
  let count = 0;
  const world = newWorld({ getToken: ({ rejected }) => (rejected === null ? "old" : `new-${++count}`) });
  world.api.put({ job_id: "j" });
  world.api.next = [unauthorized, unauthorized];
  await expect(world.client.jobs.get("j")).rejects.toMatchObject({ code: "unauthorized" });

  world.api.next = [unauthorized];
  await world.client.jobs.get("j");

  expect(world.api.asked.map(({ headers }) => headers.Authorization)).toEqual(
    ["old", "new-1", "old", "new-2"].map((token) => `Bearer ${token}`),
  );
});

test("a renewal that fails is asked for again by the next request", async () => {
  let count = 0;
  const world = newWorld({
    getToken: ({ rejected }) => {
      if (rejected !== null && ++count === 1) throw new Error("the login service is down");
      return rejected === null ? "old" : "new";
    },
  });
  world.api.put({ job_id: "j" });
  world.api.next = [unauthorized, unauthorized];

  const job = world.client.jobs.get("j");
  await world.time.advance(5_000);

  expect((await job).job_id).toBe("j");
});

test("a token that does not come keeps nobody: neither an abort nor a stop nor the time limit", async () => {
  const world = newWorld({ getToken: () => new Promise(() => {}) });
  const leaving = new AbortController();
  const starting = world.client.start(FORM, CASE, { signal: leaving.signal }).catch((reason: unknown) => reason);
  const stop = world.client.watchJob("j", () => {});
  const reading = world.client.jobs.get("j", { retry: false }).catch((error: unknown) => error);
  await settled();

  leaving.abort("the user left");
  stop();
  await world.time.advance(36_000);

  expect(await starting).toBe("the user left");
  expect(await reading).toMatchObject({ name: "TokenError", message: "getToken took too long." });
  expect(world.page.listeners.size).toBe(0);
  expect(world.api.asked).toEqual([]);
});

test.each([undefined, null, "", 5])("a token that is %s is not sent", async (token) => {
  const world = newWorld({ getToken: () => token as never });

  const refused = world.client.jobs.get("j", { retry: false });

  await expect(refused).rejects.toMatchObject({
    name: "TokenError",
    message: expect.stringContaining("getToken gave no token"),
  });
  expect(world.api.asked).toEqual([]);
});

test("waiting ends when the token is refused and there is no other; watching goes on", async () => {
  const world = newWorld({ getToken: () => "old" });
  world.api.put({ job_id: "j", status: "running" });
  world.api.next = Array(3).fill(unauthorized);
  const connections: string[] = [];
  world.client.watchJob("j", ({ connection }) => connections.push(connection));
  const waiting = world.client.waitForJob("j").catch((error: unknown) => error);

  await world.time.advance(20_000);

  expect(await waiting).toMatchObject({ code: "unauthorized" });
  expect(connections).toEqual(["unauthorized", "ok"]);
});
