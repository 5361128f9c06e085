import { expect, test } from "vitest";
import { FakeSockets, problem } from "../../src/testing/index.js";
import { CASE, fakeToken, newWorld, settled } from "./fakes/world.js";

function liveWorld(options: Parameters<typeof newWorld>[0] = {}) {
  const late: { sockets?: FakeSockets } = {};
  const world = newWorld({ ...options, ports: { socket: (...given) => (late.sockets as FakeSockets).open(...given) } });
  const sockets = new FakeSockets(world.api);
  late.sockets = sockets;
  const gets = (id = "j") =>
    world.api.asked.filter(({ path, method }) => method === "GET" && path === `/jobs/${id}`).length;
  const streams = () => world.api.asked.filter(({ path }) => path === "/streams").length;
  return { ...world, sockets, gets, streams };
}

test("a followed job is shown as the socket brings it, and asked for every 30 s only; its end comes with its result", async () => {
  const world = liveWorld();
  world.api.put({ job_id: "j", status: "running", progress: 10 });
  const seen: unknown[] = [];
  world.client.watchJob("j", ({ job }) => seen.push([job?.progress, job?.result]));
  await world.time.advance(1_000);

  world.api.put({ job_id: "j", progress: 60 });
  world.sockets.news("j");
  await settled();
  const before = world.gets();
  await world.time.advance(28_000);
  const after = world.gets();
  world.api.put({ job_id: "j", status: "completed", progress: 100, result: { case_id: CASE } });
  world.sockets.news("j");
  await settled();

  expect(seen).toEqual([
    [10, null],
    [60, null],
    [100, { case_id: CASE }],
  ]);
  expect([before, after, world.gets()]).toEqual([1, 1, 2]);
  await world.time.advance(60_000);
  expect(world.sockets.live).toEqual([]);
});

test("a job of a minute costs three GETs", async () => {
  const world = liveWorld();
  const { job_id } = await world.client.start("call_analysis", CASE);
  world.client.watchJob(job_id, () => {});
  for (let second = 0; second < 60; second += 5) {
    await world.time.advance(5_000);
    world.api.put({ job_id, status: "running", progress: second });
    world.sockets.news(job_id);
  }

  world.api.put({ job_id, status: "completed", result: { case_id: CASE } });
  world.sockets.news(job_id);
  await settled();

  expect(world.gets(job_id)).toBeLessThanOrEqual(3);
});

test("one socket for all jobs, however many; more and fewer are told over it, and the 51st is polled", async () => {
  const world = liveWorld();
  const ids = Array.from({ length: 51 }, (_, index) => `j${index}`);
  for (const id of ids) world.api.put({ job_id: id, status: "running" });
  const stops = ids.slice(0, 2).map((id) => world.client.watchJob(id, () => {}));
  await world.time.advance(1_000);
  for (const id of ids.slice(2)) world.client.watchJob(id, () => {});
  await world.time.advance(1_000);
  const before = [world.gets("j0"), world.gets("j50")];

  await world.time.advance(20_000);
  stops[0]?.();
  await world.time.advance(1_000);

  expect(world.streams()).toBe(1);
  expect([world.gets("j0") - (before[0] ?? 0), world.gets("j50") - (before[1] ?? 0) > 2]).toEqual([0, true]);
  expect(world.sockets.live[0]?.jobIds.size).toBe(50);
  expect(world.sockets.live[0]?.jobIds.has("j50")).toBe(true);
});

test("a socket that does not open costs nothing: jobs are polled as ever", async () => {
  const world = liveWorld();
  world.sockets.isPassable = false;
  world.api.put({ job_id: "j", status: "running" });
  world.client.watchJob("j", () => {});

  await world.time.advance(20_000);
  expect(world.gets()).toBeGreaterThanOrEqual(4);
  await world.time.advance(8 * 60_000);

  expect(world.streams()).toBe(4); // a proxy that bars the way is not asked over and over
});

test("when a socket breaks off, its jobs are asked for within seconds, not all at once, and another is opened", async () => {
  let dice = 0;
  const world = liveWorld({});
  const spread = world.reloaded({
    ports: { random: () => (dice = (dice + 0.37) % 1), socket: (...given) => world.sockets.open(...given) },
  });
  for (const id of ["a", "b", "c"]) {
    world.api.put({ job_id: id, status: "running" });
    spread.watchJob(id, () => {});
  }
  await world.time.advance(6_000);
  const brokenAt = world.time.ms;

  world.sockets.live[0]?.end();
  await world.time.advance(5_000);

  const looks = world.api.asked.filter(({ path, at }) => path.startsWith("/jobs/") && at >= brokenAt);
  expect(new Set(looks.slice(0, 3).map(({ at }) => at)).size).toBe(3);
  expect(looks.slice(0, 3).every(({ at }) => at - brokenAt <= 2_000)).toBe(true);
  expect(world.sockets.live).toHaveLength(1);
});

test("an API without streams is asked for one, and then left alone for ten minutes", async () => {
  const world = liveWorld();
  world.api.put({ job_id: "j", status: "running" });
  world.client.watchJob("j", () => {});
  world.api.next = [];
  world.api.answerStreams = () => problem(404, "not_found");

  await world.time.advance(9 * 60_000);

  expect(world.streams()).toBe(1);
  expect(world.gets()).toBeGreaterThan(60);
});

test("a hidden page has no socket, and catches up when it is shown", async () => {
  const world = liveWorld();
  world.api.put({ job_id: "j", status: "running", progress: 10 });
  const seen: unknown[] = [];
  world.client.watchJob("j", ({ job }) => seen.push(job?.progress));
  await world.time.advance(1_000);

  world.page.change(true);
  await world.time.advance(10_000);
  expect(world.sockets.live).toEqual([]);
  world.api.put({ job_id: "j", progress: 80 });
  world.page.change(false);
  await world.time.advance(1_000);

  expect(seen.at(-1)).toBe(80);
  expect(world.sockets.live).toHaveLength(1);
});

test("a stream ends with its person, and the next person's is another", async () => {
  let user = "anna";
  const world = liveWorld({ getToken: () => fakeToken(user) });
  const { job_id } = await world.client.start("call_analysis", CASE);
  world.client.watchJob(job_id, () => {});
  await world.time.advance(3_000);
  expect(world.sockets.live.map((socket) => socket.user)).toEqual(["anna"]);
  user = "boris";

  const his = await world.client.start("call_analysis", CASE);
  world.client.watchJob(his.job_id, () => {});
  await world.time.advance(10_000);

  expect(world.sockets.live.map((socket) => [socket.user, [...socket.jobIds]])).toEqual([["boris", [his.job_id]]]);
});

test("a connection that the other side has forgotten is opened anew, with a new ticket", async () => {
  const world = liveWorld();
  world.api.put({ job_id: "j", status: "running", progress: 10 });
  const seen: unknown[] = [];
  world.client.watchJob("j", ({ job }) => seen.push(job?.progress));
  await world.time.advance(1_000);

  world.sockets.live[0]?.forget();
  await world.time.advance(5_000);
  world.api.put({ job_id: "j", progress: 60 });
  world.sockets.news("j");
  await settled();

  expect([world.streams(), world.sockets.live.length, seen.at(-1)]).toEqual([2, 1, 60]);
});

test("what is not news of a followed job is ignored", async () => {
  const world = liveWorld();
  const job = world.api.put({ job_id: "j", status: "running", progress: 10 });
  const seen: unknown[] = [];
  world.client.watchJob("j", (view) => seen.push(view.job?.progress));
  await world.time.advance(1_000);
  const [socket] = world.sockets.live;

  socket?.bring({ ...job, job_id: "other" });
  socket?.bring({ ...job, version: "9" as never, progress: 99 });
  socket?.bring(null as never);
  await settled();

  expect(seen).toEqual([10]);
});

test("a job that is left and looked at again in one moment, as by the next view, stays live", async () => {
  const world = liveWorld();
  world.api.put({ job_id: "j", status: "running" });
  world.api.put({ job_id: "other", status: "running" });
  world.client.watchJob("other", () => {});
  const stop = world.client.watchJob("j", () => {});
  await world.time.advance(1_000);
  stop();
  const stopAgain = world.client.watchJob("j", () => {});
  await world.time.advance(1_000);
  const before = world.gets();
  await world.time.advance(28_000);

  stop();
  await settled();

  expect(world.sockets.live.map(({ jobIds }) => [...jobIds].sort())).toEqual([["j", "other"]]);
  expect(world.gets() - before).toBe(0);
  stopAgain();
  await settled();
  expect(world.sockets.live.map(({ jobIds }) => [...jobIds])).toEqual([["other"]]);
});
