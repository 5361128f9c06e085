import { expect, test } from "vitest";
import { JobCancelledError, JobFailedError, resultOf, WaitTimeoutError } from "../../src/index.js";
import { problem } from "../../src/testing/index.js";
import { CASE, newWorld, settled } from "./fakes/world.js";

function worldWithJob() {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running", progress: 20 });
  return world;
}

test("waiting tells each version once and gives the job that is done", async () => {
  const { api, client, time } = worldWithJob();
  const seen: number[] = [];

  const waiting = client.waitForJob("j", { onProgress: (job) => seen.push(job.progress) });
  await time.advance(11_000);
  api.put({ job_id: "j", status: "completed", progress: 100, result: { case_id: "case-1" } });
  await time.advance(10_000);

  expect(resultOf(await waiting)).toEqual({ case_id: "case-1" });
  expect(seen).toEqual([20, 100]);
});

test("a time limit ends the waiting, not the job", async () => {
  const { api, client, time } = worldWithJob();

  const waiting = client.waitForJob("j", { timeout: 12_000 }).catch((error: unknown) => error);
  await time.advance(60_000);

  expect(await waiting).toBeInstanceOf(WaitTimeoutError);
  expect(await waiting).toMatchObject({ jobId: "j" });
  expect(api.seconds("/jobs/j")).toEqual([0, 5, 10]);
  expect(api.asked.every((one) => one.method === "GET")).toBe(true);
});

test("a signal ends the waiting with its reason", async () => {
  const { client, time } = worldWithJob();
  const leaving = new AbortController();

  const waiting = client.waitForJob("j", { signal: leaving.signal }).catch((reason: unknown) => reason);
  await time.advance(1_000);
  leaving.abort("the user left");

  expect(await waiting).toBe("the user left");
  await expect(client.waitForJob("j", { signal: leaving.signal })).rejects.toBe("the user left");
});

test("a job that there is not is an error", async () => {
  const { client, time } = worldWithJob();

  const waiting = client.waitForJob("unknown").catch((error: unknown) => error);
  await time.advance(1_000);

  expect(await waiting).toMatchObject({ code: "not_found" });
});

test("a failed job is a job; its result is an error with its code", async () => {
  const { api, client, time } = worldWithJob();
  const info = { code: "provider_quota_exhausted" as const, title: "", retryable: false, attempt: 1 };
  api.put({
    job_id: "j",
    status: "failed",
    error: "The provider's quota is used up.",
    error_info: { ...info, provider: "openai", provider_status: 429, provider_request_id: null },
  });

  const waiting = client.waitForJob("j");
  await time.advance(1_000);
  const job = await waiting;

  expect(job.status).toBe("failed");
  expect(() => resultOf(job)).toThrow(JobFailedError);
  expect(() => resultOf(job)).toThrow("The provider's quota is used up.");
});

test("the result of a cancelled job is an error of its own", async () => {
  const { api, client } = worldWithJob();
  api.put({ job_id: "j", status: "cancelled", error: "The job was cancelled." });

  const job = await client.jobs.get("j");

  expect(() => resultOf(job)).toThrow(JobCancelledError);
});

test("a cancel that a worker still has to obey is accepted", async () => {
  const { client } = worldWithJob();

  expect(await client.cancel("j")).toMatchObject({ status: "running", cancel_requested: true });
});

test("after a cancel the job is looked at every two seconds, whatever pause it asks for", async () => {
  const { api, client, time } = worldWithJob();
  const waiting = client.waitForJob("j");
  await time.advance(1_000);

  await client.cancel("j");
  await time.advance(4_000);
  api.put({ job_id: "j", status: "cancelled", error: "The job was cancelled." });
  await time.advance(2_000);

  expect(await waiting).toMatchObject({ status: "cancelled" });
  expect(api.seconds("/jobs/j")).toEqual([0, 3, 5, 7]);
});

test("a cancel while the job is being read is looked after too", async () => {
  const { api, client, time } = worldWithJob();
  let answer = (_: Response) => {};
  api.next = [() => new Promise((resolve) => (answer = resolve))];
  const waiting = client.waitForJob("j");
  await time.advance(1_000);

  await client.cancel("j");
  answer(Response.json({ ...api.jobs.get("j"), version: 1, cancel_requested: false }));
  await time.advance(1_000);
  api.put({ job_id: "j", status: "cancelled" });
  await time.advance(1_000);

  expect(await waiting).toMatchObject({ status: "cancelled" });
});

test("a job that ended before its cancel came is given as it is", async () => {
  const { api, client } = worldWithJob();
  api.put({ job_id: "j", status: "completed" });

  expect(await client.cancel("j")).toMatchObject({ status: "completed" });
});

test("who waits after a new login is not refused with the token of before, whoever else follows the job", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running" });
  const refuse = () => problem(401, "unauthorized");
  world.api.next = Array.from({ length: 8 }, () => refuse);
  const seen: string[] = [];
  world.client.watchJob("j", ({ connection }) => seen.push(connection));
  await world.time.advance(5_000);
  const before = world.api.asked.length;
  expect(seen).toEqual(["unauthorized"]);

  const refused = world.client.waitForJob("j").catch((error: unknown) => error);
  await settled();
  expect(await refused).toMatchObject({ code: "unauthorized" });
  expect(world.api.asked.length).toBe(before + 1);

  world.api.next = [];
  world.api.put({ job_id: "j", status: "completed", result: { case_id: CASE } });
  const job = await world.client.waitForJob("j");

  expect(job.status).toBe("completed");
  expect(world.api.asked.length).toBe(before + 2);
  expect(seen.at(-1)).toBe("ok");
});
