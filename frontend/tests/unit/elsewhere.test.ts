import { afterEach, expect, test, vi } from "vitest";
import { CASE, FORM, fakeToken, newWorld, settled, type World } from "./fakes/world.js";

const posts = ({ api }: World) => api.asked.filter(({ method }) => method === "POST");

function opened(world: World, client = world.client) {
  const analysis = client.analysis(CASE, FORM);
  analysis.subscribe(() => {});
  return analysis;
}

test("another tab shows at once what was started here", async () => {
  const world = newWorld();
  const there = opened(world, world.reloaded());
  await world.time.advance(1_000);
  expect(there.getState()).toMatchObject({ status: "idle", isLoading: false });

  await opened(world).start();
  world.api.put({ job_id: "job-1", status: "running", progress: 40 });
  await world.time.advance(1_000);

  expect(there.getState()).toMatchObject({ status: "running", progress: 40 });
  await there.start();
  expect(posts(world)).toHaveLength(1);
});

test("another user's tab hears nothing", async () => {
  const world = newWorld();
  const there = opened(world, world.reloaded({ getToken: () => fakeToken("u2") }));
  await world.time.advance(1_000);
  const before = world.api.asked.length;

  await world.client.start(FORM, CASE);
  await settled();

  expect(world.api.asked).toHaveLength(before + 1);
  expect(there.getState().status).toBe("idle");
});

test("another device sees the open job, and its press starts no second one", async () => {
  const world = newWorld();
  await world.client.start(FORM, CASE);
  world.api.put({ job_id: "job-1", status: "running", progress: 40 });

  const phone = opened(
    world,
    world.reloaded({ ports: { storage: { getItem: () => null, setItem() {}, removeItem() {} } } }),
  );
  await world.time.advance(1_000);
  await phone.start();

  expect(phone.getState()).toMatchObject({ status: "running", progress: 40, isBusy: true });
  expect(posts(world)).toHaveLength(1);
});

test("a page that is shown again sees what was started in between", async () => {
  const world = newWorld();
  const analysis = opened(world);
  await world.time.advance(10_000);
  world.page.change(true);
  world.api.put({ job_id: "other", status: "running", progress: 30 });
  await world.time.advance(60_000);
  expect(analysis.getState().status).toBe("idle");

  world.page.change(false);
  await world.time.advance(1_000);

  expect(analysis.getState()).toMatchObject({ status: "running", progress: 30 });
});

test("a press while nothing is known yet is shown at once", async () => {
  const world = newWorld();
  world.api.next = [() => new Promise(() => {})];
  void world.client.start(FORM, CASE).catch(() => {});
  await settled();
  world.client.close();
  world.api.isOffline = true;
  const states: string[] = [];
  const analysis = world.reloaded().analysis(CASE, FORM);
  analysis.subscribe(() => states.push(`${analysis.getState().status} ${analysis.getState().connection}`));

  await world.time.advance(2_000); // the start of before is sent again

  expect(states.slice(0, 2)).toEqual(["starting ok", "starting lost"]);
  expect(analysis.getState()).toMatchObject({ isBusy: true });
});

test("a start that is being sent again can be taken back", async () => {
  const world = newWorld();
  world.api.next = [() => new Promise(() => {})];
  void world.client.start(FORM, CASE).catch(() => {});
  await settled();
  world.client.close();
  world.api.isOffline = true;
  const analysis = opened(world, world.reloaded());
  await world.time.advance(2_000);

  await analysis.cancel();
  world.api.isOffline = false;
  world.page.change();
  await world.time.advance(60_000);

  expect(analysis.getState()).toMatchObject({ status: "idle", isLoading: false, isBusy: false });
  expect(world.api.jobs.size).toBe(0);
  expect(world.stored.size).toBe(0);
});

test("without network the search goes on until there is an answer", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running", progress: 70 });
  world.api.isOffline = true;
  const analysis = opened(world);
  await world.time.advance(120_000);
  expect(analysis.getState()).toMatchObject({ isLoading: true, connection: "lost" });

  world.api.isOffline = false;
  world.page.change();
  await world.time.advance(1_000);

  expect(analysis.getState()).toMatchObject({ isLoading: false, connection: "ok", progress: 70 });
});

test("what is put out of sight stays so, until there is a newer one", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "failed" });
  const analysis = opened(world);
  await world.time.advance(1_000);
  analysis.reset();
  await world.time.advance(10_000);
  world.page.change(true);
  world.page.change(false);
  await world.time.advance(1_000);
  expect(analysis.getState().status).toBe("idle");

  world.api.put({ job_id: "k", status: "running" });
  await world.time.advance(10_000);
  world.page.change(true);
  world.page.change(false);
  await world.time.advance(1_000);

  expect(analysis.getState().job?.job_id).toBe("k");
});

afterEach(() => vi.unstubAllGlobals());

test("browsers of before AbortSignal.any are no obstacle", async () => {
  class OldSignal extends AbortSignal {}
  for (const name of ["any", "timeout"]) Object.defineProperty(OldSignal, name, { value: undefined });
  vi.stubGlobal("AbortSignal", OldSignal);
  const gone = ["any", "timeout"].map((name) => [name, Reflect.get(AbortSignal, name)]);
  const prototypes: [object, string][] = [
    [Object.getPrototypeOf(new AbortController().signal), "throwIfAborted"],
    [Array.prototype, "findLast"],
    [Array.prototype, "toSorted"],
  ];
  const kept = prototypes.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));
  for (const [owner, name] of prototypes) Reflect.deleteProperty(owner, name);
  const world = newWorld();

  const run = world.client.run(FORM, CASE, { signal: new AbortController().signal });
  const analysis = opened(world);
  await world.time.advance(1_000);
  world.api.put({ job_id: "job-1", status: "completed", result: { case_id: CASE } });
  await world.time.advance(10_000);
  const result = await run;
  for (const [index, [owner, name]] of prototypes.entries()) {
    Object.defineProperty(owner, name, kept[index] as PropertyDescriptor);
  }

  expect(gone).toEqual([
    ["any", undefined],
    ["timeout", undefined],
  ]);
  expect(result).toEqual({ case_id: CASE });
  expect(analysis.getState().status).toBe("completed");
});
