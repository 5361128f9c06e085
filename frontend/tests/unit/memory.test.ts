import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createClient } from "../../src/index.js";
import { FakeApi, fakeToken, settled } from "../../src/testing/index.js";
import { figure } from "../figures.js";

const JOBS = 1_000;
const HOUR_S = 3_600;
const TICK_S = 10;
/** What the measuring itself may waver by. */
const FLAT_BYTES = 1.5e6;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

async function heapBytes(): Promise<number> {
  await settled();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Time in steps: whoever sleeps wakes with the step in which the sleep is over. */
class SteppingTime {
  ms = 0;
  readonly #sleepers = new Map<() => void, number>();

  readonly now = () => this.ms;

  readonly sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        signal?.removeEventListener("abort", wake);
        this.#sleepers.delete(wake);
        resolve();
      };
      if (signal?.aborted) return resolve();
      this.#sleepers.set(wake, this.ms + ms);
      signal?.addEventListener("abort", wake);
    });

  async step(seconds: number): Promise<void> {
    this.ms += seconds * 1_000;
    for (const [wake, until] of [...this.#sleepers]) if (until <= this.ms) wake();
    await settled();
  }
}

test("a service that follows 1,000 jobs for an hour does not grow", { timeout: 600_000 }, async () => {
  const time = new SteppingTime();
  const template = new FakeApi(time.now).put({ job_id: "j", retry_after_ms: 120_000 });
  const begun = new Map<string, number>();
  let count = 0;
  let polls = 0;
  const fetch = async (url: string, { method }: RequestInit): Promise<Response> => {
    if (method === "POST") {
      const job_id = `job-${++count}`;
      begun.set(job_id, time.ms);
      return Response.json({ job_id, retry_after_ms: 2_000 }, { status: 202 });
    }
    polls++;
    const job_id = url.slice(url.lastIndexOf("/") + 1);
    const age = (time.ms - (begun.get(job_id) ?? 0)) / 1_000;
    const done = age > 300 + (Number(job_id.slice(4)) % 600);
    if (done) begun.delete(job_id);
    const result = done ? { text: "x".repeat(1_000) } : null;
    const status = done ? "completed" : "running";
    return Response.json({ ...template, job_id, status, done, result, version: Math.floor(age / 60) + 1 });
  };
  const client = createClient({
    baseUrl: "https://api.test",
    getToken: () => fakeToken("service"),
    fetch,
    ports: { now: time.now, sleep: time.sleep, socket: null },
  });
  let results = 0;
  const follow = async (): Promise<void> => {
    while (time.ms < HOUR_S * 1_000) {
      await client.run("document_analysis_form7801", `case-${count}`, { onProgress: () => undefined });
      results++;
    }
  };
  for (let index = 0; index < JOBS; index++) void follow();

  const heap: number[] = [];
  for (let second = 0; second <= HOUR_S; second += TICK_S) {
    await time.step(TICK_S);
    if (second % 900 === 0) heap.push(await heapBytes());
  }

  const [, early = 0, ...later] = heap;
  const growth = Math.max(...later) - early;
  figure("following 1,000 jobs in Node for an hour", `${results} results, ${polls} polls`);
  figure(
    "its heap after 15, 30, 45, 60 minutes",
    `${heap
      .slice(1)
      .map((bytes) => (bytes / 1e6).toFixed(1))
      .join(", ")} MB`,
  );
  figure(
    "its growth after the first 15 minutes",
    `${(growth / 1e6).toFixed(2)} MB`,
    "≤ 1.5, the measure's own wavering",
  );
  expect(results).toBeGreaterThan(3_000);
  expect(growth).toBeLessThan(FLAT_BYTES);
});

test("a service that starts jobs and does not follow them keeps nothing of them", { timeout: 60_000 }, async () => {
  let count = 0;
  const client = createClient({
    baseUrl: "https://api.test",
    getToken: () => fakeToken("service"),
    fetch: async () => Response.json({ job_id: `job-${++count}`, retry_after_ms: 0 }, { status: 202 }),
  });
  const startMany = async (jobs: number) => {
    for (let index = 0; index < jobs; index++) await client.start("call_analysis", `case-${count}`);
  };
  await startMany(1_000);
  const before = await heapBytes();
  await startMany(5_000); // many: the measure wavers by a hundred kilobytes

  const perJob = ((await heapBytes()) - before) / 5_000;

  figure("kept of a job that is started and not followed", `${perJob.toFixed(0)} bytes`, "≤ 100");
  expect(perJob).toBeLessThan(100);
});

test("many requests that wait to be repeated are no leak of listeners", { timeout: 60_000 }, async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);
  const client = createClient({
    baseUrl: "https://api.test",
    getToken: () => "t",
    fetch: async () => {
      throw new TypeError("fetch failed");
    },
  });
  const reads = Array.from({ length: 12 }, (_, index) => client.jobs.get(`j${index}`, { retry: 2 }).catch(() => null));
  const others = Array.from({ length: 12 }, (_, index) =>
    client.jobs.get(`j${index}`, { retry: 2, signal: new AbortController().signal }).catch(() => null),
  );
  await Promise.all([...reads, ...others]);
  process.off("warning", note);

  expect(warnings).toEqual([]);
});
