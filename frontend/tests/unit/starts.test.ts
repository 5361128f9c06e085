import { expect, test } from "vitest";
import { type NetworkError, ProblemError } from "../../src/index.js";
import { type Asked, problem } from "./fakes/api.js";
import { CASE, FORM, newWorld, settled, type World } from "./fakes/world.js";

const OPEN = `casework/open/${CASE}/${FORM}`;

/** The API does what it is asked for, and its answer gets lost. */
function unheard({ api }: World) {
  return (asked: Asked): Response => {
    api.answer(asked);
    throw new TypeError("Failed to fetch");
  };
}

const keysOf = ({ api }: World) => api.asked.map((one) => one.headers["Idempotency-Key"]);

test.each([
  ["reAnalyzeCall", `/vapi/re-analyze-call/${CASE}`],
  ["analyzeWithAgent", `/cases/${CASE}/analyze-with-agent`],
  ["analyzeForm7801", `/cases/${CASE}/analyze-documents-form7801`],
] as const)("%s posts to %s", async (method, path) => {
  const { api, client } = newWorld();

  const start = await client[method](CASE, { deadline_seconds: 600 });

  expect(start.job_id).toBe("job-1");
  expect(api.asked).toMatchObject([{ method: "POST", path, body: { deadline_seconds: 600 } }]);
  expect(api.asked[0]?.headers).toMatchObject({ Authorization: "Bearer token-1", "Idempotency-Key": "key-1" });
});

test("a start that has to be sent again keeps its key, and each action has its own", async () => {
  const { api, client, time } = newWorld();
  api.next = [
    () => Promise.reject(new TypeError("Failed to fetch")),
    () => problem(503, "unavailable", { "Retry-After": "2" }),
    () => problem(429, "too_many_open_jobs", { "Retry-After": "5" }),
  ];

  const first = client.analyzeForm7801(CASE);
  await time.advance(60_000);
  await first;
  await client.analyzeForm7801(CASE);

  const keys = api.asked.map((one) => one.headers["Idempotency-Key"]);
  expect(keys).toEqual(["key-1", "key-1", "key-1", "key-1", "key-2"]);
  expect(api.seconds(`/cases/${CASE}/analyze-documents-form7801`).slice(0, 4)).toEqual([0, 0.625, 2.875, 8.5]);
});

test("a caller may bring the key of its action", async () => {
  const { api, client } = newWorld();

  await client.analyzeForm7801(CASE, {}, { key: "mine" });

  expect(api.asked[0]?.headers["Idempotency-Key"]).toBe("mine");
});

test("a start is given up after five requests, and sent again with its key after a reload", async () => {
  const world = newWorld();
  const { api, client, time, reloaded } = world;
  api.isOffline = true;

  const refused = client.analyzeForm7801(CASE).catch((error: NetworkError) => error);
  await time.advance(60_000);

  expect(await refused).toMatchObject({ name: "NetworkError", message: "The service cannot be reached." });
  expect(api.asked).toHaveLength(5);
  api.isOffline = false;
  expect(await reloaded().resume(CASE, FORM)).toBe("job-1");
  expect(keysOf(world)).toEqual(Array(6).fill("key-1"));
});

test("a start is not lost though none of its answers arrives", async () => {
  const world = newWorld();
  const { api, client, time, reloaded } = world;
  api.next = Array(5).fill(unheard(world));

  const given = client.analyzeForm7801(CASE).catch((error: NetworkError) => error);
  await time.advance(60_000);

  expect(await given).toMatchObject({ name: "NetworkError" });
  expect(await reloaded().resume(CASE, FORM)).toBe("job-1");
  expect(api.jobs.size).toBe(1);
});

test("a token that is refused after a lost answer says nothing of the start", async () => {
  const world = newWorld();
  const { api, client, time, reloaded } = world;
  api.next = [unheard(world), () => problem(401, "unauthorized")];

  const given = client.analyzeForm7801(CASE).catch((error: ProblemError) => error);
  await time.advance(60_000);

  expect(await given).toMatchObject({ code: "unauthorized" });
  expect(await reloaded().resume(CASE, FORM)).toBe("job-1");
});

test.each([
  [409, "no_documents"],
  [401, "unauthorized"],
  [429, "too_many_open_jobs"],
])("a start that is refused with %d leaves the open job of before in its place", async (status, code) => {
  const { api, client, time, reloaded } = newWorld();
  await client.analyzeForm7801(CASE);
  api.next = Array(5).fill(() => problem(status, code, status === 429 ? { "Retry-After": "1" } : {}));

  const refused = client.analyzeForm7801(CASE, { dedupe: "none" }).catch((error: ProblemError) => error);
  await time.advance(60_000);

  expect(await refused).toMatchObject({ code });
  api.next = [];
  expect(await reloaded().resume(CASE, FORM)).toBe("job-1");
  expect(api.jobs.size).toBe(1);
});

test("a start that does not get through hides no open job", async () => {
  const { api, client, time, reloaded } = newWorld();
  await client.analyzeForm7801(CASE);
  api.isOffline = true;

  const second = reloaded().analyzeForm7801(CASE); // in another tab
  second.catch(() => undefined);
  await time.advance(60_000);
  const offline = reloaded().resume(CASE, FORM);
  await time.advance(60_000);
  api.isOffline = false;

  await expect(second).rejects.toMatchObject({ name: "NetworkError" });
  expect(await offline).toBe("job-1");
  expect(await reloaded().resume(CASE, FORM)).toBe("job-1");
});

test("a refusal is an error with its code, not repeated", async () => {
  const { api, client, stored } = newWorld();
  api.next = [() => problem(409, "no_documents")];

  const refused = client.analyzeForm7801(CASE);

  await expect(refused).rejects.toBeInstanceOf(ProblemError);
  await expect(refused).rejects.toMatchObject({ code: "no_documents", status: 409, message: "Refused: no_documents." });
  expect(api.asked).toHaveLength(1);
  expect(stored.size).toBe(0);
});

test("an abort ends the repeating", async () => {
  const { api, client, time } = newWorld();
  const leaving = new AbortController();
  api.isOffline = true;

  const given = client.analyzeForm7801(CASE, {}, { signal: leaving.signal }).catch((reason: unknown) => reason);
  await time.advance(1_000);
  leaving.abort("the user left");
  await time.advance(60_000);

  expect(await given).toBe("the user left");
  expect(api.asked).toHaveLength(2);
});

test("what came of an aborted start is found out after a reload; one that was not sent leaves nothing", async () => {
  const { api, client, reloaded, stored } = newWorld();
  const leaving = new AbortController();
  const hanging = ({ signal }: Asked) =>
    new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  api.next = [
    (asked) => {
      api.answer(asked);
      return hanging(asked);
    },
  ];

  const given = client.analyzeForm7801(CASE, {}, { signal: leaving.signal }).catch((reason: unknown) => reason);
  await settled();
  leaving.abort("the user left");
  const unsent = client.analyzeForm7801("case-2", {}, { signal: leaving.signal });

  expect(await given).toBe("the user left");
  await expect(unsent).rejects.toBe("the user left");
  expect([...stored.keys()]).toEqual([OPEN]);
  expect(await reloaded().resume(CASE, FORM)).toBe("job-1");
});

test("after a reload the open job of a case is known, until it was seen to end", async () => {
  const { api, client, time, reloaded } = newWorld();
  await client.analyzeForm7801(CASE);

  const after = reloaded();
  expect(await after.resume(CASE, FORM)).toBe("job-1");
  expect(await after.resume(CASE, "call_analysis")).toBeNull();
  expect(await after.resume("case-2", FORM)).toBeNull();

  api.put({ job_id: "job-1", status: "completed" });
  const job = after.waitForJob("job-1");
  await time.advance(10_000);
  expect(await job).toMatchObject({ status: "completed" });
  expect(await reloaded().resume(CASE, FORM)).toBeNull();
});

test("a start whose answer a reload has swallowed is sent again with its key: the same job", async () => {
  const world = newWorld();
  const { api, client, reloaded, time } = world;
  api.next = [
    (asked) => {
      api.answer(asked);
      return new Promise(() => {}); // the page is gone before the answer is there
    },
  ];
  void client.analyzeForm7801(CASE, { labels: { from: "dashboard" } });
  await time.advance(1_000);

  const jobId = await reloaded().resume(CASE, FORM);

  expect(jobId).toBe("job-1");
  expect(api.jobs.size).toBe(1);
  expect(keysOf(world)).toEqual(["key-1", "key-1"]);
  expect(api.asked.at(-1)?.body).toEqual({ labels: { from: "dashboard" } });
});

test("a start of long ago that was never answered is not sent again", async () => {
  const { api, client, reloaded, time, stored } = newWorld();
  api.next = [() => new Promise(() => {})];
  void client.analyzeForm7801(CASE).catch(() => undefined);
  await time.advance(0);
  time.ms += 6 * 60_000;

  expect(await reloaded().resume(CASE, FORM)).toBeNull();

  expect(api.asked).toHaveLength(1);
  expect(stored.size).toBe(0);
});

test("a repeated job is a new one of the same case and analysis", async () => {
  const { api, client, reloaded } = newWorld();
  api.put({ job_id: "old", status: "failed" });

  const start = await client.retry("old");

  expect(start).toMatchObject({ job_id: "job-2", retried_from: "old" });
  expect(api.asked.at(-1)).toMatchObject({ method: "POST", path: "/jobs/old/retry" });
  expect(await reloaded().resume(CASE, FORM)).toBe("job-2");
});

test("the end of an older job does not make the younger one forgotten", async () => {
  const { api, client, time, stored } = newWorld();
  await client.analyzeForm7801(CASE, { dedupe: "none" });
  await client.analyzeForm7801(CASE, { dedupe: "none" });
  api.put({ job_id: "job-1", status: "completed" });

  const older = client.waitForJob("job-1");
  await time.advance(10_000);
  await older;

  expect(JSON.parse(stored.get(OPEN) ?? "null")).toMatchObject([{ job_id: "job-2" }]);
});

test.each(["", "no JSON", "{}", '[{"key": 1}]', "[]", "[null]", "null"])(
  "what cannot be understood in storage is nothing: %s",
  async (text) => {
    const { client, stored } = newWorld();
    stored.set(OPEN, text);

    expect(await client.resume(CASE, FORM)).toBeNull();
  },
);

test("storage that is forbidden or full is no obstacle", async () => {
  const forbidden = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const { client } = newWorld({
    ports: { storage: { getItem: forbidden, setItem: forbidden, removeItem: forbidden } },
  });

  await client.analyzeForm7801(CASE);

  expect(await client.resume(CASE, FORM)).toBe("job-1"); // as long as the page lasts
});
