import { expect, test } from "vitest";
import { problem } from "../../src/testing/index.js";
import { CASE, FORM, newWorld, type World } from "./fakes/world.js";

function used(world: World) {
  const analysis = world.client.analysis(CASE, FORM);
  const seen: string[] = [];
  const leave = analysis.subscribe(() => {
    const { status, progress } = analysis.getState();
    seen.push(`${status} ${progress}`);
  });
  return { analysis, seen, leave };
}

test("an analysis goes from idle over its progress to its result", async () => {
  const world = newWorld();
  const { analysis, seen } = used(world);

  await analysis.start();
  await world.time.advance(2_000);
  world.api.put({ job_id: "job-1", status: "running", progress: 45, progress_message: "קורא מסמך 2" });
  await world.time.advance(6_000);
  const halfway = analysis.getState();
  world.api.put({ job_id: "job-1", status: "completed", progress: 100, result: { case_id: CASE } });
  await world.time.advance(6_000);

  expect(seen).toEqual(["starting 0", "pending 0", "pending 0", "running 45", "completed 100"]);
  expect(halfway).toMatchObject({ isBusy: true, progress: 45, message: "קורא מסמך 2", result: null });
  expect(analysis.getState()).toMatchObject({ isBusy: false, result: { case_id: CASE }, error: null });
});

test("a second press while a job is open starts nothing", async () => {
  const world = newWorld();
  const { analysis } = used(world);

  await Promise.all([analysis.start(), analysis.start()]);
  await analysis.start();

  expect(world.api.asked.filter((one) => one.method === "POST")).toHaveLength(1);
});

test("all who look at the same analysis see the same", async () => {
  const world = newWorld();
  const { analysis } = used(world);
  await analysis.start();

  expect(world.client.analysis(CASE, FORM)).toBe(analysis);
  expect(world.client.analysis(CASE, "call_analysis").getState().status).toBe("idle");
  expect(world.client.analysis("case-2", FORM).getState().status).toBe("idle");
});

test("after a reload it goes on where it was", async () => {
  const world = newWorld();
  await used(world).analysis.start();
  world.api.put({ job_id: "job-1", status: "running", progress: 60 });

  const { analysis } = used({ ...world, client: world.reloaded() });
  expect(analysis.getState().status).toBe("idle");
  await world.time.advance(1_000);

  expect(analysis.getState()).toMatchObject({ status: "running", progress: 60, isBusy: true });
});

test("a remembered job that has expired is as if there had been none", async () => {
  const world = newWorld();
  await used(world).analysis.start();
  world.api.jobs.clear();

  const { analysis } = used({ ...world, client: world.reloaded() });
  await world.time.advance(1_000);

  expect(analysis.getState()).toMatchObject({ status: "idle", isBusy: false, error: null });
  expect(world.stored.size).toBe(0);
});

test("a lost connection is shown beside the last progress", async () => {
  const world = newWorld();
  const { analysis } = used(world);
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "running", progress: 30 });
  await world.time.advance(3_000);
  world.api.isOffline = true;

  await world.time.advance(10_000);

  expect(analysis.getState()).toMatchObject({
    isBusy: true,
    progress: 30,
    error: null,
    connection: "lost",
  });
});

test("why the API refuses a start is an error to show, and the next press is a new action", async () => {
  const world = newWorld();
  const { analysis } = used(world);
  world.api.next = [() => problem(409, "no_documents")];

  await analysis.start();
  const refused = analysis.getState();
  await analysis.start();

  expect(refused).toMatchObject({ status: "idle", isBusy: false, error: { code: "no_documents" } });
  expect(analysis.getState()).toMatchObject({ status: "pending", error: null });
});

test("a failed job shows its sentence and can be run again", async () => {
  const world = newWorld();
  const { analysis } = used(world);
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "failed", progress: 40, error: "The provider is down." });
  await world.time.advance(3_000);
  const failed = analysis.getState();

  await analysis.retry();

  expect(failed).toMatchObject({ status: "failed", isBusy: false, progress: 40 });
  expect(failed.error).toMatchObject({ name: "JobFailedError", message: "The provider is down." });
  expect(world.api.asked.at(-1)?.path).toBe("/jobs/job-1/retry");
  expect(analysis.getState()).toMatchObject({ status: "pending", isBusy: true, error: null });
});

test("a retry that does not get through leaves the job as it was, to be tried again", async () => {
  const world = newWorld();
  const { analysis } = used(world);
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "failed", progress: 40, error: "The provider is down." });
  await world.time.advance(3_000);
  world.api.next = [() => problem(409, "no_documents")];

  await analysis.retry();
  const refused = analysis.getState();
  await analysis.retry();

  expect(refused).toMatchObject({ status: "failed", isBusy: false, progress: 40, job: { job_id: "job-1" } });
  expect(refused).toMatchObject({ error: { code: "no_documents" } });
  expect(analysis.getState()).toMatchObject({ status: "pending", isBusy: true, error: null });
});

test("a refused token is shown while the job is followed on", async () => {
  const world = newWorld();
  const { analysis } = used(world);
  await analysis.start();
  await world.time.advance(3_000);
  world.api.put({ job_id: "job-1", status: "running", progress: 50 });
  world.api.next = [() => problem(401, "unauthorized")];

  await world.time.advance(4_500);
  const refused = analysis.getState();
  await world.time.advance(1_000);

  expect(refused).toMatchObject({ status: "pending", isBusy: true, error: null, connection: "unauthorized" });
  expect(analysis.getState()).toMatchObject({ status: "running", progress: 50, error: null, connection: "ok" });
});

test("what came of a start into a lost connection shows when the network is back", async () => {
  const world = newWorld();
  world.api.next = [
    (asked) => {
      world.api.answer(asked);
      world.api.isOffline = true; // before the answer is there
      throw new TypeError("Failed to fetch");
    },
  ];
  const { analysis, leave } = used(world);
  const starting = analysis.start();
  await world.time.advance(30_000);
  await starting;
  const lost = analysis.getState();
  world.api.isOffline = false;
  world.page.change(true);
  await world.time.advance(1_000);
  expect(analysis.getState()).toBe(lost); // nobody looks

  world.page.change(false);
  await world.time.advance(3_000);

  expect(lost).toMatchObject({ status: "idle", isBusy: false, error: { name: "NetworkError" } });
  expect(analysis.getState()).toMatchObject({ status: "pending", error: null, job: { job_id: "job-1" } });
  expect(world.api.jobs.size).toBe(1);
  leave();
  await world.time.advance(0);
  expect(world.page.listeners.size).toBe(0);
});

test("a cancel is shown at once, and ends the job", async () => {
  const world = newWorld();
  const { analysis } = used(world);
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "running" });
  await world.time.advance(3_000);

  await analysis.cancel();
  const cancelling = analysis.getState();
  world.api.put({ job_id: "job-1", status: "cancelled", error: "The job was cancelled." });
  await world.time.advance(2_000);

  expect(cancelling).toMatchObject({ status: "running", isCancelling: true, isBusy: true });
  expect(analysis.getState()).toMatchObject({ status: "cancelled", isCancelling: false, isBusy: false });
});

test("a cancel that does not get through leaves the job running", async () => {
  const world = newWorld();
  const { analysis } = used(world);
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "running" });
  await world.time.advance(3_000);
  world.api.next = [() => problem(404, "not_found")];

  await analysis.cancel();

  expect(analysis.getState()).toMatchObject({ status: "running", isBusy: true, isCancelling: false });
  expect(analysis.getState().error).toMatchObject({ code: "not_found" });
});

test("what nobody looks at is not followed, and what is looked at again goes on", async () => {
  const world = newWorld();
  const { analysis, leave } = used(world);
  await analysis.start();
  await world.time.advance(3_000);
  const before = world.api.asked.length;

  leave();
  await world.time.advance(60_000);
  expect(world.api.asked).toHaveLength(before);

  world.api.put({ job_id: "job-1", status: "completed", progress: 100 });
  used(world);
  await world.time.advance(1_000);
  expect(analysis.getState().status).toBe("completed");
});

test("a finished analysis can be put out of view", async () => {
  const world = newWorld();
  const { analysis } = used(world);
  await analysis.start();
  analysis.reset();
  expect(analysis.getState().status).toBe("pending");
  world.api.put({ job_id: "job-1", status: "completed" });
  await world.time.advance(3_000);

  analysis.reset();

  expect(analysis.getState().status).toBe("idle");
});
