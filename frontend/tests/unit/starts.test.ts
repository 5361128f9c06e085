import { expect, test } from "vitest";
import { type Client, type NetworkError, ProblemError } from "../../src/index.js";
import { type Asked, problem } from "../../src/testing/index.js";
import { CASE, FORM, newWorld, settled, TOKEN, type World } from "./fakes/world.js";

/** The API does what it is asked for, and its answer gets lost. */
function unheard({ api }: World) {
  return (asked: Asked): Response => {
    api.answer(asked);
    throw new TypeError("Failed to fetch");
  };
}

const posts = ({ api }: World) => api.asked.filter((one) => one.method === "POST");
const keysOf = (world: World) => posts(world).map((one) => one.headers["Idempotency-Key"]);

/** Which job a page shows that opens the case. */
async function shownBy(client: Client, { time }: World): Promise<string | null> {
  const analysis = client.analysis(CASE, FORM);
  const leave = analysis.subscribe(() => {});
  await time.advance(3_000);
  const { job } = analysis.getState();
  leave();
  return job?.job_id ?? null;
}

test.each([
  ["call_analysis", `/vapi/re-analyze-call/${CASE}`],
  ["document_analysis_agent", `/cases/${CASE}/analyze-with-agent`],
  ["document_analysis_form7801", `/cases/${CASE}/analyze-documents-form7801`],
] as const)("%s is started at %s", async (jobType, path) => {
  const { api, client } = newWorld();

  const start = await client.start(jobType, CASE, { body: { deadline_seconds: 600 } });

  expect(start.job_id).toBe("job-1");
  expect(api.asked).toMatchObject([{ method: "POST", path, body: { deadline_seconds: 600 } }]);
  expect(api.asked[0]?.headers).toMatchObject({ Authorization: `Bearer ${TOKEN}`, "Idempotency-Key": "key-1" });
});

test("a start that has to be sent again keeps its key, and each action has its own", async () => {
  const { api, client, time } = newWorld();
  api.next = [
    () => Promise.reject(new TypeError("Failed to fetch")),
    () => problem(503, "unavailable", { "Retry-After": "2" }),
    () => problem(429, "too_many_open_jobs", { "Retry-After": "5" }),
  ];

  const first = client.start(FORM, CASE);
  await time.advance(60_000);
  await first;
  await client.start(FORM, CASE);
  await client.start(FORM, CASE, { key: "the-caller-s" });

  const keys = api.asked.map((one) => one.headers["Idempotency-Key"]);
  expect(keys).toEqual(["key-1", "key-1", "key-1", "key-1", "key-2", "the-caller-s"]);
  expect(api.seconds(`/cases/${CASE}/analyze-documents-form7801`).slice(0, 4)).toEqual([0, 0.625, 2.875, 8.5]);
});

test.each(["מפתח", "", "with space", "x".repeat(256)])(
  "a key that no header can carry is refused at once: %s",
  async (key) => {
    const { api, client, stored } = newWorld();

    const refused = client.start(FORM, CASE, { key });

    await expect(refused).rejects.toMatchObject({ name: "UsageError" });
    expect([api.asked, [...stored]]).toEqual([[], []]);
  },
);

test("a start is given up after five requests, and sent again with its key after a reload", async () => {
  const world = newWorld();
  const { api, client, time, reloaded } = world;
  api.isOffline = true;

  const refused = client.start(FORM, CASE).catch((error: NetworkError) => error);
  await time.advance(60_000);

  expect(await refused).toMatchObject({ name: "NetworkError", message: "The service cannot be reached." });
  expect(api.asked).toHaveLength(5);
  api.isOffline = false;
  expect(await shownBy(reloaded(), world)).toBe("job-1");
  expect(keysOf(world)).toEqual(Array(6).fill("key-1"));
});

test("a start is not lost though none of its answers arrives", async () => {
  const world = newWorld();
  const { api, client, time, reloaded } = world;
  api.next = Array(5).fill(unheard(world));

  const given = client.start(FORM, CASE).catch((error: NetworkError) => error);
  await time.advance(60_000);

  expect(await given).toMatchObject({ name: "NetworkError" });
  expect(await shownBy(reloaded(), world)).toBe("job-1");
  expect(api.jobs.size).toBe(1);
});

test("a token that is refused after a lost answer says nothing of the start", async () => {
  const world = newWorld();
  const { api, client, time, reloaded } = world;
  api.next = [unheard(world), () => problem(401, "unauthorized")];

  const given = client.start(FORM, CASE).catch((error: ProblemError) => error);
  await time.advance(60_000);

  expect(await given).toMatchObject({ code: "unauthorized" });
  expect(await shownBy(reloaded(), world)).toBe("job-1");
  expect(keysOf(world)).toEqual(["key-1", "key-1", "key-1"]);
});

test.each([
  [409, "no_documents"],
  [401, "unauthorized"],
  [429, "too_many_open_jobs"],
])("a start that is refused with %d leaves the job of before in its place", async (status, code) => {
  const world = newWorld();
  const { api, client, time, reloaded } = world;
  await client.start(FORM, CASE);
  api.next = Array(5).fill(() => problem(status, code, status === 429 ? { "Retry-After": "1" } : {}));

  const refused = client.start(FORM, CASE, { body: { dedupe: "none" } }).catch((error: ProblemError) => error);
  await time.advance(60_000);

  expect(await refused).toMatchObject({ code });
  api.next = [];
  expect(await shownBy(reloaded(), world)).toBe("job-1");
  expect(api.jobs.size).toBe(1);
});

test("a refusal is an error with its code, not repeated", async () => {
  const { api, client, stored } = newWorld();
  api.next = [() => problem(409, "no_documents")];

  const refused = client.start(FORM, CASE);

  await expect(refused).rejects.toBeInstanceOf(ProblemError);
  await expect(refused).rejects.toMatchObject({ code: "no_documents", status: 409, message: "Refused: no_documents." });
  expect(api.asked).toHaveLength(1);
  expect(stored.size).toBe(0);
});

test("an abort ends the repeating, and the start is never sent again", async () => {
  const world = newWorld();
  const { api, client, time, stored, reloaded } = world;
  const leaving = new AbortController();
  api.isOffline = true;

  const given = client.start(FORM, CASE, { signal: leaving.signal }).catch((reason: unknown) => reason);
  await time.advance(100);
  leaving.abort("the user left");

  expect(await given).toBe("the user left");
  expect(stored.size).toBe(0);
  api.isOffline = false;
  expect(await shownBy(reloaded(), world)).toBeNull();
  expect(api.jobs.size).toBe(0);
  await expect(client.start(FORM, CASE, { signal: leaving.signal })).rejects.toBe("the user left");
});

test.each([
  ["is cancelled", false, "cancelled"],
  ["is left alone when it is another's", true, "pending"],
])("the job of a start that was aborted on its way %s", async (_, others, status) => {
  const world = newWorld();
  const { api, client, time } = world;
  if (others) await client.start(FORM, CASE);
  let arrive = () => {};
  api.next = [(asked) => new Promise((resolve) => (arrive = () => resolve(api.answer(asked))))];
  const leaving = new AbortController();

  const given = client.start(FORM, CASE, { signal: leaving.signal }).catch((reason: unknown) => reason);
  await time.advance(100);
  leaving.abort("the user left");
  expect(await given).toBe("the user left");
  arrive();
  await settled();

  expect([...api.jobs.values()].map((job) => job.status)).toEqual([status]);
});

test("a reload shows what the API knows: the open job, and the last one with its result", async () => {
  const world = newWorld();
  const { api, client, reloaded, stored } = world;
  await client.start(FORM, CASE);

  expect(stored.size).toBe(0); // an answered start is the API's to remember
  expect(await shownBy(reloaded(), world)).toBe("job-1");
  api.put({ job_id: "job-1", status: "completed", result: { case_id: CASE } });
  const after = reloaded().analysis(CASE, FORM);
  after.subscribe(() => {});
  await world.time.advance(1_000);

  expect(after.getState()).toMatchObject({ status: "completed", isLoading: false, result: { case_id: CASE } });
  expect(posts(world)).toHaveLength(1);
});

test("a start whose answer a reload has swallowed is sent again with its key and body: the same job", async () => {
  const world = newWorld();
  const { api, client, reloaded, time } = world;
  api.next = [
    (asked) => {
      api.answer(asked);
      return new Promise(() => {}); // the page is gone before the answer is there
    },
  ];
  void client.start(FORM, CASE, { body: { labels: { from: "dashboard" } } });
  await time.advance(1_000);

  expect(await shownBy(reloaded(), world)).toBe("job-1");

  expect(api.jobs.size).toBe(1);
  expect(keysOf(world)).toEqual(["key-1", "key-1"]);
  expect(posts(world).at(-1)?.body).toEqual({ labels: { from: "dashboard" } });
});

test.each([
  ["of long ago", 6 * 60_000],
  ["of a clock that was ahead", -20 * 3_600_000],
])("a start %s that was never answered is not sent again", async (_, passedMs) => {
  const world = newWorld();
  const { api, client, reloaded, time } = world;
  api.next = [() => new Promise(() => {})];
  void client.start(FORM, CASE).catch(() => undefined);
  await time.advance(0);
  client.close();
  time.ms += passedMs;

  expect(await shownBy(reloaded(), world)).toBeNull();

  expect(posts(world)).toHaveLength(1);
});

test("a repeated job is a new one of the same case and analysis", async () => {
  const world = newWorld();
  const { api, client, reloaded } = world;
  api.put({ job_id: "old", status: "failed" });

  const start = await client.retry("old");

  expect(start).toMatchObject({ job_id: "job-2", retried_from: "old" });
  expect(api.asked.at(-1)).toMatchObject({ method: "POST", path: "/jobs/old/retry" });
  expect(await shownBy(reloaded(), world)).toBe("job-2");
});

test.each(["", "no JSON", "{}", '[{"key": 1}]', "[]", "[null]", "null"])(
  "what cannot be understood in storage is nothing: %s",
  async (text) => {
    const world = newWorld({ user: "u" });
    const { client, stored } = world;
    stored.set("casework https://api.test/api", text);

    expect(await shownBy(client, world)).toBeNull();
  },
);

test("storage that is forbidden is no obstacle: a start is remembered as long as the page lasts", async () => {
  const forbidden = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const world = newWorld({ ports: { storage: { getItem: forbidden, setItem: forbidden, removeItem: forbidden } } });
  world.api.next = Array(5).fill(unheard(world));

  const lost = world.client.start(FORM, CASE).catch(() => undefined);
  await world.time.advance(60_000);
  await lost;

  expect(await shownBy(world.client, world)).toBe("job-1");
  expect(keysOf(world)).toEqual(Array(6).fill("key-1"));
});

test("full storage does not bring an older start back after a reload", async () => {
  const stored = new Map<string, string>();
  let isFull = false;
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    removeItem: (key: string) => void stored.delete(key),
    setItem: (key: string, value: string) => {
      if (isFull) throw new DOMException("full", "QuotaExceededError");
      stored.set(key, value);
    },
  };
  const world = newWorld({ ports: { storage } });
  world.api.next = Array(2).fill(() => new Promise(() => {}));
  void world.client.start(FORM, CASE).catch(() => undefined);
  await settled();
  expect(stored.size).toBe(1);
  isFull = true;

  void world.client.start(FORM, CASE).catch(() => undefined);
  await settled();

  expect(stored.size).toBe(0);
});
