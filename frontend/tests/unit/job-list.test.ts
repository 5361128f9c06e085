import { expect, test } from "vitest";
import { createJobList } from "../../src/index.js";
import { json, problem } from "../../src/testing/index.js";
import { CASE, newWorld, settled } from "./fakes/world.js";

test("older jobs come although the page was put away, or was offline, while they were fetched", async () => {
  for (const change of ["shown", "online"]) {
    const world = newWorld();
    for (const id of ["j1", "j2", "j3"]) world.api.put({ job_id: id, status: "completed", result: { case_id: CASE } });
    const list = createJobList(world.client, { limit: 2 });
    const leave = list.subscribe(() => {});
    await settled();
    let answer = () => {};
    world.api.next = [
      async () => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return json(200, { jobs: [world.api.jobs.get("j1")], count: 1, next_cursor: null });
      },
    ];

    const loading = list.loadMore();
    await settled();
    if (change === "shown") world.page.change(true);
    world.page.change(change === "shown" ? false : undefined);
    await settled();
    answer();
    await loading;

    const { jobs, isLoadingMore, hasMore } = list.getState();
    expect([change, jobs.map(({ job_id }) => job_id), isLoadingMore, hasMore]).toEqual([
      ...[change, ["j3", "j2", "j1"], false, false],
    ]);
    leave();
  }
});

test("a page that is fetched when nobody looks any longer is nobody's, and the next look begins anew", async () => {
  const world = newWorld();
  for (const id of ["j1", "j2", "j3"]) world.api.put({ job_id: id, status: "completed", result: { case_id: CASE } });
  const list = createJobList(world.client, { limit: 2 });
  const leave = list.subscribe(() => {});
  await settled();
  world.api.next = [() => new Promise<Response>(() => {})];
  const loading = list.loadMore();
  await settled();
  leave();
  await loading;
  list.subscribe(() => {});
  await settled();
  await list.loadMore();

  expect(list.getState().jobs.map(({ job_id }) => job_id)).toEqual(["j3", "j2", "j1"]);
  expect(list.getState().isLoadingMore).toBe(false);
});

test.each([
  ["no answer", new Error("socket hang up"), { connection: "lost", error: null }],
  ["a refused token", problem(401, "unauthorized"), { connection: "unauthorized", error: null }],
  ["a refused page", problem(422, "invalid_cursor"), { connection: "ok", error: { status: 422 } }],
])("older jobs that cannot be had say why: %s", async (_, trouble, expected) => {
  const world = newWorld();
  for (const id of ["j1", "j2", "j3"]) world.api.put({ job_id: id, status: "completed", result: { case_id: CASE } });
  const list = createJobList(world.client, { limit: 2 });
  const leave = list.subscribe(() => {});
  await settled();
  world.api.next = Array.from({ length: 9 }, () => () => {
    if (trouble instanceof Error) throw trouble;
    return trouble.clone();
  });

  const loading = list.loadMore();
  await settled();
  await world.time.advance(9_000);
  await loading;

  expect(list.getState()).toMatchObject({ ...expected, isLoadingMore: false, hasMore: true });
  leave();
});
