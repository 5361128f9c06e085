import { expect, test } from "vitest";
import { UserChangedError } from "../../src/index.js";
import { type Asked, problem } from "../../src/testing/index.js";
import { CASE, FORM, fakeToken, newWorld, settled } from "./fakes/world.js";

const hang = () => new Promise<never>(() => {});
const isOf = (user: string) => (asked: Asked) => asked.headers.Authorization === `Bearer ${fakeToken(user)}`;

/** A world in which somebody logs in and out without telling the client. */
function household(options: Parameters<typeof newWorld>[0] = {}) {
  let user = "anna";
  const world = newWorld({ getToken: () => fakeToken(user), ...options });
  return { ...world, logIn: (name: string) => (user = name) };
}

test("what one user started is never sent as another: opening a case starts nothing", async () => {
  const world = household();
  world.api.next = [hang];
  void world.client.start(FORM, CASE, { body: { labels: { by: "anna" } } }).catch(() => {});
  await world.time.advance(1_000);
  expect(world.stored.size).toBe(1);
  world.logIn("boris");

  world
    .reloaded()
    .analysis(CASE, FORM)
    .subscribe(() => {}); // the page after a logout and login
  await world.time.advance(10_000);

  const asBoris = world.api.asked.filter(isOf("boris"));
  expect(asBoris.map(({ method }) => method)).toEqual(["GET"]);
  expect(world.api.jobs.size).toBe(0);
});

test("the same user's own lost start is found again after another was there", async () => {
  const world = household();
  world.api.next = [hang];
  void world.client.start(FORM, CASE).catch(() => {});
  await world.time.advance(1_000);
  world.logIn("boris");
  world
    .reloaded()
    .analysis(CASE, FORM)
    .subscribe(() => {});
  await world.time.advance(1_000);
  world.logIn("anna");

  world
    .reloaded()
    .analysis(CASE, FORM)
    .subscribe(() => {});
  await world.time.advance(1_000);

  expect([...world.api.jobs.keys()]).toEqual(["job-1"]);
});

test("a result is not shown to the next user of the same page", async () => {
  const world = household();
  const analysis = world.client.analysis(CASE, FORM);
  const leave = analysis.subscribe(() => {});
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "completed", result: { secret: "anna's" } });
  await world.time.advance(10_000);
  expect(analysis.getState().result).toEqual({ secret: "anna's" });
  leave();
  world.logIn("boris");

  const seen: unknown[] = [];
  const his = world.client.analysis(CASE, FORM);
  seen.push(his.getState().result);
  his.subscribe(() => seen.push(his.getState().result));
  await world.time.advance(10_000);

  expect(new Set(seen)).toEqual(new Set([null]));
  expect(his.getState()).toMatchObject({ status: "idle", isLoading: false });
});

test("a page that stays open drops everything as soon as a token is another user's", async () => {
  const world = household();
  const analysis = world.client.analysis(CASE, FORM);
  analysis.subscribe(() => {});
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "running", progress: 40 });
  const views: unknown[] = [];
  world.client.watchJob("job-1", ({ job, error }) => views.push(error?.name ?? job?.progress));
  const waiting = world.client.waitForJob("job-1").catch((error: unknown) => error);
  await world.time.advance(3_000);
  world.logIn("boris");

  await world.time.advance(10_000);

  expect(await waiting).toBeInstanceOf(UserChangedError);
  expect(views).toEqual([40, "UserChangedError"]);
  expect(analysis.getState()).toMatchObject({ status: "idle", job: null, isBusy: false });
  expect(world.api.asked.filter(isOf("boris")).every(({ path }) => path.startsWith("/jobs?"))).toBe(true);
});

test("a named user is noticed before the next frame is drawn", async () => {
  let user: string | null = "anna";
  const world = newWorld({ getToken: () => fakeToken(user ?? ""), user: () => user });
  const analysis = world.client.analysis(CASE, FORM);
  analysis.subscribe(() => {});
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "completed", result: { secret: "anna's" } });
  await world.time.advance(10_000);
  const hers = analysis.getState().status;

  user = "boris";

  expect(hers).toBe("completed");
  expect(analysis.getState()).toMatchObject({ status: "idle", isLoading: true, result: null, job: null });
  expect(world.client.jobs.peek("job-1")).toBeNull();
});

test("an answer that arrives after a change of user is nobody's", async () => {
  const world = household();
  world.api.put({ job_id: "j", status: "running" });
  let answer = () => {};
  world.api.next = [(asked) => new Promise((resolve) => (answer = () => resolve(world.api.answer(asked))))];
  const hers = world.client.jobs.get("j").catch((error: unknown) => error);
  await settled();
  world.logIn("boris");

  await world.client.jobs.get("j");
  answer();

  expect(await hers).toBeInstanceOf(UserChangedError);
});

test("a start that waits for its next try is not made by the next user", async () => {
  const world = household();
  world.api.next = [() => problem(503, "unavailable")];
  const hers = world.client.start(FORM, CASE, { body: { labels: { by: "anna" } } }).catch((error: unknown) => error);
  await settled();
  world.logIn("boris");

  await world.time.advance(60_000);

  expect(await hers).toBeInstanceOf(UserChangedError);
  expect(world.api.asked.filter(isOf("boris"))).toEqual([]);
  expect(world.api.jobs.size).toBe(0);
});

test("the first thing that the next user does works", async () => {
  const world = household();
  await world.client.start(FORM, CASE);
  world.logIn("boris");

  const start = await world.client.start(FORM, CASE);

  expect(start).toMatchObject({ job_id: "job-2", deduplicated: false });
});

test("two APIs on one origin do not know of each other", async () => {
  const world = household();
  world.api.next = [hang];
  void world.client.start(FORM, CASE).catch(() => {});
  await settled();
  const hers = [...world.stored];

  world
    .reloaded({ baseUrl: "https://api.test/other" })
    .analysis(CASE, FORM)
    .subscribe(() => {});
  await world.time.advance(1_000);

  expect(world.api.asked.filter(({ method }) => method === "POST")).toHaveLength(1);
  expect([...world.stored]).toEqual(hers);
});

test.each([
  ["an opaque token", "opaque", undefined, 0],
  ["an opaque token and a named user", "opaque", "anna", 1],
])("%s: what is written to storage", async (_, token, user, count) => {
  const world = newWorld({ getToken: () => token, ...(user ? { user } : {}) });
  world.api.next = [hang];

  void world.client.start(FORM, CASE).catch(() => {});
  await settled();

  expect(world.stored.size).toBe(count);
});

test("what is written is the start itself, until it is answered", async () => {
  const world = household();
  let answer = () => {};
  world.api.next = [(asked) => new Promise((resolve) => (answer = () => resolve(world.api.answer(asked))))];
  const starting = world.client.start(FORM, CASE, { body: { labels: { from: "page" } } });
  await settled();
  const during = [...world.stored.values()].map((text) => JSON.parse(text));

  answer();
  await starting;

  expect(during).toMatchObject([[{ key: "key-1", body: { labels: { from: "page" } } }]]);
  expect(world.stored.size).toBe(0);
});

test("a logout forgets: nothing is stored, shown, asked for or finished afterwards, in other tabs neither", async () => {
  const world = household();
  const otherTab = world.reloaded().analysis(CASE, FORM);
  otherTab.subscribe(() => {});
  const analysis = world.client.analysis(CASE, FORM);
  analysis.subscribe(() => {});
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "running", progress: 40 });
  await world.time.advance(5_000);
  expect([analysis.getState().progress, otherTab.getState().progress]).toEqual([40, 40]);
  world.api.next = [hang];
  const lost = world.client.start("call_analysis", CASE).catch((error: unknown) => error);
  await settled();
  const before = world.api.asked.length;

  world.client.close({ forget: true });
  await world.time.advance(60_000);

  expect(await lost).toBeInstanceOf(UserChangedError);
  expect(world.stored.size).toBe(0);
  expect([analysis.getState(), otherTab.getState()]).toMatchObject(Array(2).fill({ status: "idle", job: null }));
  expect(world.api.asked).toHaveLength(before);
  await expect(world.client.jobs.get("job-1")).rejects.toMatchObject({ message: "The client is closed." });
});

test("a client that is closed without forgetting leaves the user's own lost starts to the next page", async () => {
  const world = household();
  world.api.next = [hang];
  void world.client.start(FORM, CASE).catch(() => {});
  await settled();

  world.client.close();
  world
    .reloaded()
    .analysis(CASE, FORM)
    .subscribe(() => {});
  await world.time.advance(1_000);

  expect([...world.api.jobs.keys()]).toEqual(["job-1"]);
});

test("results are not kept when nobody looks", async () => {
  const world = household();
  for (let index = 0; index < 20; index++) {
    const analysis = world.client.analysis(`case-${index}`, FORM);
    const leave = analysis.subscribe(() => {});
    await analysis.start();
    world.api.put({ job_id: `job-${index + 1}`, status: "completed", result: { text: "long" } });
    await world.time.advance(5_000);
    expect(analysis.getState().result).toEqual({ text: "long" });
    leave();
  }

  const kept = Array.from({ length: 20 }, (_, index) => world.client.analysis(`case-${index}`, FORM).getState().result);

  expect(kept.filter((result) => result !== null)).toEqual([]);
});
