import { expect, test } from "vitest";
import { createClient, type Job, type JobView, resultOf } from "../../src/index.js";
import { type Behaviour, json, problem } from "../../src/testing/index.js";
import { CASE, FORM, newWorld } from "./fakes/world.js";

/** The outcome of a promise that may need time. */
async function outcome(world: ReturnType<typeof newWorld>, promise: Promise<unknown>, ms = 60_000): Promise<unknown> {
  let settledAs: unknown = "pending";
  promise.then(
    (value) => (settledAs = value),
    (error) => (settledAs = error),
  );
  await world.time.advance(ms);
  return settledAs;
}

test.each([
  [
    "throws",
    () => {
      throw new Error("mine");
    },
  ],
  [
    "rejects",
    async () => {
      throw new Error("mine");
    },
  ],
])("onProgress that %s ends the waiting with its error", async (_, onProgress) => {
  for (const status of ["running", "completed"] as const) {
    const world = newWorld();
    world.api.put({ job_id: "j", status });

    expect(await outcome(world, world.client.waitForJob("j", { onProgress }))).toMatchObject({ message: "mine" });

    expect(world.page.listeners.size).toBe(0);
  }
});

test("a watcher that throws is reported, and the others are called", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "completed" });
  const seen: unknown[] = [];
  world.client.watchJob("j", () => {
    throw new Error("mine");
  });
  world.client.watchJob("j", ({ job }) => seen.push(job?.status));

  await world.time.advance(1_000);

  expect(seen).toEqual(["completed"]);
  expect(world.reported).toMatchObject([{ message: "mine" }]);
});

test("a subscriber of an analysis that throws is reported, and the job is followed", async () => {
  const world = newWorld();
  const analysis = world.client.analysis(CASE, FORM);
  analysis.subscribe(() => {
    throw new Error("mine");
  });
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "completed", result: { case_id: CASE } });

  await world.time.advance(5_000);

  expect(analysis.getState()).toMatchObject({ status: "completed", error: null });
  expect(world.reported.length).toBeGreaterThan(2);
});

test.each<[string, Behaviour]>([
  ["an empty 200", () => new Response("", { status: 200 })],
  ["an empty object", () => json(200, {})],
  ["null", () => json(200, null)],
  ["a list", () => json(200, [])],
  ["a page", () => new Response("<html>Log in</html>", { status: 200 })],
  ["a job without its members", () => json(200, { job_id: "j", status: "running" })],
  ["a 304 that was not asked for", () => new Response(null, { status: 304 })],
])("%s in place of a job is passing trouble", async (_, broken) => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running" });
  const views: JobView[] = [];
  world.api.next = [broken];
  world.client.watchJob("j", (view) => views.push(view));

  await world.time.advance(5_000);

  expect(views.map(({ connection, error }) => [connection, error])).toEqual([
    ["lost", null],
    ["ok", null],
  ]);
  expect(new Set(world.api.asked.map(({ path }) => path))).toEqual(new Set(["/jobs/j"]));
});

test.each([
  ["null", 404, { name: "NetworkError", status: 404 }, 1],
  ["{", 404, { name: "NetworkError", status: 404 }, 1],
  ["{}", 503, { name: "NetworkError", status: 503 }, 5],
  ['{"code": "not_found"}', 404, { name: "ProblemError", code: "not_found", message: "not_found" }, 1],
])("a refusal whose body is %s keeps its status", async (body, status, expected, requests) => {
  const world = newWorld();
  const headers = { "Content-Type": "application/problem+json" };
  world.api.next = Array(9).fill(() => new Response(body, { status, headers }));

  expect(await outcome(world, world.client.jobs.get("j"))).toMatchObject(expected);

  expect(world.api.asked).toHaveLength(requests);
});

test.each([undefined, "", "api.example.org", "//example.org", 5, null])(
  "a baseUrl that is %s is refused at once",
  (baseUrl) => {
    const make = () => createClient({ baseUrl: baseUrl as string, getToken: () => "t" });

    expect(make).toThrow(/^baseUrl must be the API's address/);
    expect(make).toThrow(/VITE_CASEWORK_API/);
  },
);

test("a body that cannot be written is a mistake, and says so at once", async () => {
  const world = newWorld();
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;

  const refused = world.client.cases.create({ title: "x", metadata: cyclic });

  await expect(refused).rejects.toMatchObject({ name: "UsageError" });
  await expect(world.client.jobs.get("")).rejects.toMatchObject({ name: "UsageError" });
  await expect(world.client.cases.create({ title: "x", metadata: { n: 1n } })).rejects.toMatchObject({
    name: "UsageError",
  });
  expect(world.api.asked).toEqual([]);
});

test("a completed job of a list has no result here, which is no failure", async () => {
  const { api, client } = newWorld();
  api.put({ job_id: "j", status: "completed", result: { case_id: CASE } });
  const { jobs } = await client.jobs.list();

  expect(() => resultOf(jobs[0] as Job)).toThrow(/Read it with client.jobs.get/);
  expect(resultOf(await client.jobs.get("j"))).toEqual({ case_id: CASE });
});

test("a job that is deleted while it is followed leaves the analysis idle", async () => {
  const world = newWorld();
  const analysis = world.client.analysis(CASE, FORM);
  analysis.subscribe(() => {});
  await analysis.start();
  world.api.put({ job_id: "job-1", status: "running", progress: 50 });
  await world.time.advance(3_000);

  world.api.jobs.clear();
  await world.time.advance(10_000);

  expect(analysis.getState()).toMatchObject({ status: "idle", isBusy: false, job: null, error: null });
  await analysis.start();
  expect(analysis.getState().status).toBe("pending");
});

test("a call can be told not to repeat, and can be aborted with a reason", async () => {
  const world = newWorld();
  world.api.isOffline = true;
  const leaving = new AbortController();

  const once = await outcome(world, world.client.jobs.get("j", { retry: false }));
  const twice = await outcome(world, world.client.cases.list({}, { retry: 2 }));
  const aborted = world.client.documents.list(CASE, { signal: leaving.signal }).catch((reason: unknown) => reason);
  leaving.abort("the user left");

  expect([once, twice]).toMatchObject([{ name: "NetworkError" }, { name: "NetworkError" }]);
  expect(world.api.asked.filter(({ path }) => path.startsWith("/jobs"))).toHaveLength(1);
  expect(world.api.asked.filter(({ path }) => path.startsWith("/cases"))).toHaveLength(2);
  expect(await aborted).toBe("the user left");
});

test("a run gives the typed result, and cancels when asked to", async () => {
  const world = newWorld();
  const run = outcome(world, world.client.run(FORM, CASE), 20_000);
  await world.time.advance(0);
  world.api.put({ job_id: "job-1", status: "completed", result: { case_id: CASE } });
  expect(await run).toEqual({ case_id: CASE });

  const leaving = new AbortController();
  const aborted = world.client.run(FORM, CASE, { signal: leaving.signal, cancelOnAbort: true });
  const given = outcome(world, aborted, 20_000);
  await world.time.advance(5_000);
  leaving.abort("the user left");
  const late = outcome(world, world.client.run("call_analysis", CASE, { timeout: 5_000 }), 20_000);

  expect(await given).toBe("the user left");
  expect(world.api.jobs.get("job-2")).toMatchObject({ status: "cancelled" });
  expect(await late).toMatchObject({ name: "WaitTimeoutError", jobId: "job-3" });
  expect(world.api.jobs.get("job-3")).toMatchObject({ status: "pending" });
});

test("a failed run says why", async () => {
  const world = newWorld();
  const run = outcome(world, world.client.run(FORM, CASE), 20_000);
  await world.time.advance(0);
  const info = {
    code: "provider_quota_exhausted" as const,
    title: "",
    retryable: false,
    attempt: 1,
    provider: "openai",
  };
  world.api.put({
    ...{ job_id: "job-1", status: "failed", error: "The quota is used up." },
    error_info: { ...info, provider_status: 429, provider_request_id: null },
  });

  expect(await run).toMatchObject({ name: "JobFailedError", code: "provider_quota_exhausted" });
});

test("deleting is repeated while there is no answer", async () => {
  const world = newWorld();
  world.api.next = [() => problem(503, "unavailable"), () => new Response(null, { status: 204 })];

  expect(await outcome(world, world.client.cases.delete(CASE))).toBeUndefined();

  expect(world.api.asked.map(({ method }) => method)).toEqual(["DELETE", "DELETE"]);
});
