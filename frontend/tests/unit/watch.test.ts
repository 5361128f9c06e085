import { expect, test } from "vitest";
import type { JobView } from "../../src/index.js";
import { json, problem } from "../../src/testing/index.js";
import { newWorld } from "./fakes/world.js";

function watched(world = newWorld()) {
  const views: JobView[] = [];
  world.api.put({ job_id: "j", status: "running", progress: 10 });
  const stop = world.client.watchJob("j", (view) => views.push(view));
  return { ...world, views, stop };
}

test("a job is asked for as often as it says, and no more once it is done", async () => {
  const { api, time } = watched();
  await time.advance(4_000);
  api.put({ job_id: "j", retry_after_ms: 2_500 });
  await time.advance(5_000);
  api.put({ job_id: "j", status: "completed", progress: 100 });

  await time.advance(60_000);

  expect(api.seconds("/jobs/j")).toEqual([0, 5, 7.5, 10.5]); // the 304 at 7.5 says whole seconds
});

test("an unchanged job is not transferred again, and its 304 says when to come back", async () => {
  const { api, time, views } = watched();
  await time.advance(0);
  api.jobs.set("j", { ...api.put({ job_id: "j" }), version: 1, retry_after_ms: 8_000 });

  await time.advance(13_000);

  expect(api.asked.map((one) => one.headers["If-None-Match"])).toEqual([undefined, 'W/"1"', 'W/"1"']);
  expect(api.seconds("/jobs/j")).toEqual([0, 5, 13]);
  expect(views.at(-1)?.job?.progress).toBe(10);
});

test("however many look on, one loop asks", async () => {
  const { api, time, client, views } = watched();
  const later: JobView[] = [];
  await time.advance(1_000);

  client.watchJob("j", (view) => later.push(view));
  await time.advance(5_000);

  expect(api.asked).toHaveLength(2);
  expect(later).toEqual(views);
});

test("nobody asks any more when the last one has left", async () => {
  const { api, time, page, stop } = watched();
  await time.advance(1_000);

  stop();
  await time.advance(60_000);

  expect(api.asked).toHaveLength(1);
  expect(page.listeners.size).toBe(0);
});

test("a lost connection is told, asked over with growing pauses, and forgotten when it is back", async () => {
  const { api, time, views } = watched();
  await time.advance(0);
  api.isOffline = true;
  await time.advance(30_000);
  const trouble = views.at(-1);
  api.isOffline = false;
  api.put({ job_id: "j", progress: 60 });

  await time.advance(16_000);

  const pauses = api.seconds("/jobs/j").map((at, index, all) => at - (all[index - 1] ?? 0));
  expect(pauses.slice(1, 7)).toEqual([5, 0.625, 1.125, 2.125, 4.125, 8.125]); // half of 1, 2, 4 … s, and 0.125
  expect(trouble?.connection).toBe("lost");
  expect(trouble?.job?.progress).toBe(10);
  expect(views.at(-1)).toMatchObject({ connection: "ok", job: { progress: 60 } });
});

test("the network coming back ends the pause at once", async () => {
  const { api, time, page, views } = watched();
  await time.advance(0);
  api.isOffline = true;
  await time.advance(20_000);
  const before = api.asked.length;
  api.isOffline = false;

  page.change();
  await time.advance(0);

  expect(api.asked).toHaveLength(before + 1);
  expect(views.at(-1)?.connection).toBe("ok");
});

test("looking away ends no pause, looking back does when the connection was lost", async () => {
  const { api, time, page } = watched();
  await time.advance(0);
  api.isOffline = true;
  await time.advance(20_000);
  const before = api.asked.length;

  page.change(true);
  await time.advance(0);
  expect(api.asked).toHaveLength(before);
  page.change(false);
  await time.advance(0);
  expect(api.asked).toHaveLength(before + 1);
});

test("a hidden page asks every thirty seconds at most, and at once when it is looked at again", async () => {
  const { api, time, page } = watched();
  await time.advance(0);
  page.change(true);
  await time.advance(70_000);
  expect(api.seconds("/jobs/j")).toEqual([0, 30, 60]);

  page.change(false);
  await time.advance(1_000);

  expect(api.seconds("/jobs/j")).toEqual([0, 30, 60, 70]);
});

test("a busy API is left alone for as long as it asks", async () => {
  const { api, time, views } = watched();
  api.next = [() => problem(503, "unavailable", { "Retry-After": "20" })];

  await time.advance(23_000);

  expect(api.seconds("/jobs/j")).toEqual([0, 22.5]); // 20 s, and half of the spread of a quarter
  expect(views.map((view) => view.connection)).toEqual(["lost", "ok"]);
});

test("no look at the page is before the time that a busy API asks for", async () => {
  const { api, time, page } = watched();
  api.next = [() => problem(503, "unavailable", { "Retry-After": "20" })];
  await time.advance(1_000);

  for (const hidden of [true, false, undefined, true, false]) {
    page.change(hidden);
    await time.advance(500);
  }
  await time.advance(20_000);

  expect(api.seconds("/jobs/j")).toEqual([0, 22.5]);
});

test.each([
  ["a token that the API refuses", () => problem(401, "unauthorized"), "unauthorized"],
  ["a gateway that bars the way", () => json(403, { message: "Forbidden" }), "lost"],
])("%s is a trouble that may pass", async (_, refusal, connection) => {
  const { api, time, views } = watched();
  api.next = [refusal, refusal];

  await time.advance(5_000);

  expect(api.seconds("/jobs/j")).toEqual([0, 0.625, 1.75]); // pauses as without network
  expect(views.map((view) => [view.connection, view.error])).toEqual([
    [connection, null],
    ["ok", null],
  ]);
});

test("there is no such job: the following ends and says so", async () => {
  const { api, time, client } = newWorld();
  const views: JobView[] = [];
  client.watchJob("unknown", (view) => views.push(view));

  await time.advance(60_000);

  expect(api.asked).toHaveLength(1);
  expect(views).toMatchObject([{ job: null, error: { code: "not_found", status: 404, requestId: "request-1" } }]);
});

test("a large result is fetched from where it lies, again when that fails", async () => {
  const { api, time, views } = watched();
  api.put({ job_id: "j", status: "completed", result_url: "https://storage.test/result?signed" });
  let tries = 0;
  api.storage = () => (++tries === 1 ? new Response("", { status: 503 }) : Response.json({ large: true }));

  await time.advance(5_000);

  const [first] = api.asked.filter((one) => one.path.startsWith("https://storage.test"));
  expect(views.at(-1)?.job?.result).toEqual({ large: true });
  expect(tries).toBe(2);
  expect(first?.headers).toEqual({}); // the address is the permission: our token stays with us
});
