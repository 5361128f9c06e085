import { expect, test } from "vitest";
import type { Job } from "../../src/index.js";
import { JobStore } from "../../src/job-store.js";
import { type Asked, FakeApi, fakePorts } from "../../src/testing/index.js";
import { CASE, FORM, newWorld, settled } from "./fakes/world.js";

/** Answers what is asked for at once, but lets the answer wait until it is released. */
function held(world: ReturnType<typeof newWorld>) {
  const waiting: (() => void)[] = [];
  world.api.next = [
    (asked: Asked) => {
      const answer = world.api.answer(asked);
      return new Promise<Response>((resolve) => waiting.push(() => resolve(answer)));
    },
  ];
  return () => waiting.shift()?.();
}

async function running() {
  const world = newWorld();
  const analysis = world.client.analysis(CASE, FORM);
  const seen: string[] = [];
  analysis.subscribe(() => {
    const { status, job, isCancelling } = analysis.getState();
    seen.push(`${status} ${job?.version ?? ""}${isCancelling ? " cancelling" : ""}`);
  });
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "running", progress: 40 });
  await world.time.advance(3_000);
  return { world, analysis, seen };
}

test("a late answer to a cancel does not bring a job back that has ended", async () => {
  const { world, analysis } = await running();
  const release = held(world);
  const cancelling = analysis.cancel();
  await settled();
  world.api.put({ job_id: "job-1", status: "cancelled", error: "The job was cancelled." });
  await world.time.advance(10_000);
  expect(analysis.getState()).toMatchObject({ status: "cancelled", isBusy: false });

  release();
  await cancelling;
  await world.time.advance(600_000);

  expect(analysis.getState()).toMatchObject({ status: "cancelled", isBusy: false, isCancelling: false });
});

test("a late answer to a cancel does not replace the next job", async () => {
  const { world, analysis } = await running();
  const release = held(world);
  const cancelling = analysis.cancel();
  await settled();
  world.api.put({ job_id: "job-1", status: "cancelled" });
  await world.time.advance(5_000);
  await analysis.start();

  release();
  await cancelling;
  await world.time.advance(5_000);

  expect(analysis.getState()).toMatchObject({ status: "pending", isCancelling: false, job: { job_id: "job-2" } });
});

test("a read that was overtaken by a cancel changes nothing", async () => {
  const { world, analysis, seen } = await running();
  const release = held(world);
  world.api.put({ job_id: "job-1", progress: 45 });
  await world.time.advance(5_000);
  await analysis.cancel();

  release();
  await settled();

  const versions = seen.map((line) => Number(line.split(" ")[1])).filter(Boolean);
  expect(versions).toEqual([...versions].sort());
  expect(analysis.getState()).toMatchObject({ isCancelling: true, job: { version: 4 } });
});

test("a job that does not change is not drawn again", async () => {
  const { world, analysis, seen } = await running();
  const state = analysis.getState();
  const count = seen.length;

  await world.time.advance(60_000);

  expect(world.api.asked.length).toBeGreaterThan(10);
  expect(seen).toHaveLength(count);
  expect(analysis.getState()).toBe(state);
});

test("news from elsewhere is shown at once, and an end only with its result", async () => {
  const world = newWorld();
  const job = world.api.put({ job_id: "j", status: "running", progress: 10 }) as Job;
  const seen: unknown[] = [];
  world.client.watchJob("j", (view) => seen.push([view.job?.progress, view.job?.result]));
  await world.time.advance(0);

  world.client.jobs.accept({ ...job, version: 5, progress: 60 });
  world.client.jobs.accept({ ...job, version: 4, progress: 50 });
  const done = world.api.put({
    job_id: "j",
    version: 6,
    status: "completed",
    progress: 100,
    result: { case_id: CASE },
  });
  world.client.jobs.accept({ ...done, result: null } as Job);
  await world.time.advance(0);

  expect(seen).toEqual([
    [10, null],
    [60, null],
    [100, { case_id: CASE }],
  ]);
  expect(world.api.asked).toHaveLength(2);
});

test("of the same version the copy with its result is kept, whatever comes later", () => {
  const store = new JobStore(fakePorts({ api: new FakeApi() }));
  const job = new FakeApi().put({ job_id: "j", status: "completed", result: { case_id: CASE } }) as Job;
  store.subscribe("j", () => {});

  store.accept({ ...job, result: null });
  store.accept(job, { isWhole: true, etag: "e" });
  store.accept({ ...job, result: null });
  store.accept({ ...job, status: "running", done: false, version: 99 });

  expect(store.peek("j")).toEqual({ job, isWhole: true, etag: "e" });
});

test("coming back to a finished job costs a 304, not its result; after a minute nothing of it is left", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "completed", result: { case_id: CASE } });
  const read = async () => {
    const views: unknown[] = [];
    world.client.watchJob("j", ({ job }) => views.push(job?.result))();
    const leave = world.client.watchJob("j", ({ job }) => views.push(job?.result));
    await world.time.advance(1_000);
    leave();
    return views;
  };

  const first = await read();
  const second = await read();
  await world.time.advance(60_000);
  await read();

  expect([first, second]).toEqual([[{ case_id: CASE }], [{ case_id: CASE }]]);
  expect(world.api.asked.map(({ headers }) => headers["If-None-Match"])).toEqual([undefined, 'W/"1"', undefined]);
});

test("a second one who looks at a finished job gets it without a request", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "completed", result: { case_id: CASE } });
  world.client.jobs.subscribe("j", () => {});
  world.client.watchJob("j", () => {});
  await world.time.advance(0);
  const seen: unknown[] = [];

  world.client.watchJob("j", ({ job }) => seen.push(job?.result));
  await world.time.advance(60_000);

  expect(seen).toEqual([{ case_id: CASE }]);
  expect(world.client.jobs.peek("j")?.result).toEqual({ case_id: CASE });
  expect(world.api.asked).toHaveLength(1);
});

test("the same function may watch twice, and is not called after its stop", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running" });
  let calls = 0;
  const listener = () => void calls++;
  const stopFirst = world.client.watchJob("j", listener);
  world.client.watchJob("j", listener);
  await world.time.advance(0);
  stopFirst();
  world.api.put({ job_id: "j", progress: 50 });
  await world.time.advance(6_000);
  expect(calls).toBe(3);

  let late = 0;
  let stopLate = () => {};
  world.client.watchJob("j", () => stopLate());
  stopLate = world.client.watchJob("j", () => void late++);
  await world.time.advance(0);

  expect(late).toBe(0);
});
