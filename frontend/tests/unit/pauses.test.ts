import { afterEach, expect, test, vi } from "vitest";
import { retryDelayMs } from "../../src/backoff.js";
import { NetworkError, ProblemError } from "../../src/errors.js";
import { retryAfterMs } from "../../src/http.js";
import type { Job, Problem } from "../../src/index.js";
import { standardPorts } from "../../src/ports.js";
import { pauseOf } from "../../src/read-job.js";
import { FakeApi, problem } from "../../src/testing/index.js";
import { newWorld } from "./fakes/world.js";

const NOW = Date.UTC(2026, 5, 10, 9);
const headers = (value: string) => new Headers({ "Retry-After": value });

afterEach(() => vi.useRealTimers());

test.each([
  ["0", 0],
  ["2", 2_000],
  ["2.5", 2_500],
  [" 3 ", 3_000],
  [new Date(NOW + 20_000).toUTCString(), 20_000],
  [new Date(NOW - 60_000).toUTCString(), 0], // or a clock here that is ahead
  ["soon", null],
  ["-5", 0], // Date.parse reads a date in it
  ["3000000", 3_000_000_000],
])("Retry-After %s is understood", (value, ms) => {
  expect(retryAfterMs(headers(value), NOW)).toBe(ms);
});

test.each([0, 1, 999, 5_000, 10 * 60_000, 3_000_000_000, Number.MAX_VALUE])(
  "a pause that a server asks for, of %d ms, is between 1 s and 10 minutes",
  (asked) => {
    for (const random of [0, 0.5, 0.999]) {
      const busy = new NetworkError("", { status: 503, retryAfterMs: asked });
      const pause = retryDelayMs(1, busy, random);
      expect(pause).toBeGreaterThanOrEqual(1_000);
      expect(pause).toBeLessThanOrEqual(600_000);
    }
  },
);

test.each([1, 2, 10, 1_000])("the pause after %d failures is between 250 ms and 30 s", (failures) => {
  for (const random of [0, 0.999]) {
    const pause = retryDelayMs(failures, new NetworkError(""), random);
    expect(pause).toBeGreaterThanOrEqual(250);
    expect(pause).toBeLessThanOrEqual(30_000);
  }
  const limited = new ProblemError({ code: "too_many_open_jobs", status: 429 } as Problem, null);
  expect(retryDelayMs(failures, limited, 0)).toBe(1_000);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "5", null, undefined, 1e12])(
  "a job that asks to be left alone for %s ms is asked for every 250 ms to 10 minutes",
  (asked) => {
    const job = new FakeApi().put({ job_id: "j" }) as Job;

    const pause = pauseOf(job, asked);

    expect(pause).toBeGreaterThanOrEqual(250);
    expect(pause).toBeLessThanOrEqual(600_000);
  },
);

test.each(["0", new Date(NOW - 60_000).toUTCString(), "2.5", "3000000"])(
  "a service that is busy with Retry-After %s is asked at most once a second",
  async (value) => {
    const world = newWorld();
    world.api.put({ job_id: "j" });
    world.api.next = Array(5_000).fill(() => problem(503, "unavailable", { "Retry-After": value }));
    world.client.watchJob("j", () => {});

    await world.time.advance(60_000);

    expect(world.api.asked.length).toBeLessThanOrEqual(61); // the first at second 0
  },
);

test("a sleep is as long as it says, be it longer than a timer can count", async () => {
  vi.useFakeTimers();
  const { sleep } = standardPorts();
  const days = 24 * 3_600_000;
  let slept = 0;
  void sleep(60 * days).then(() => (slept = 60));
  void sleep(Number.POSITIVE_INFINITY).then(() => (slept = Number.POSITIVE_INFINITY));

  await vi.advanceTimersByTimeAsync(59 * days);
  expect(slept).toBe(0);
  await vi.advanceTimersByTimeAsync(2 * days);

  expect(slept).toBe(60);
});

test("no time limit is no limit", async () => {
  const { api, client, time } = newWorld();
  api.put({ job_id: "j", status: "running" });
  let ended: unknown = null;
  void client.waitForJob("j", { timeout: Number.POSITIVE_INFINITY }).then((job) => (ended = job.status));

  await time.advance(3_600_000);
  expect(ended).toBeNull();
  api.put({ job_id: "j", status: "completed" });
  await time.advance(10_000);

  expect(ended).toBe("completed");
});

test("a clock that is set back by an hour stops nothing", async () => {
  const { api, client, time, page } = newWorld();
  api.put({ job_id: "j", status: "running" });
  client.watchJob("j", () => {});
  await time.advance(12_000);
  const before = api.asked.length;

  time.setBack(3_600_000);
  await time.advance(10_000);
  page.change(); // pauses are measured again
  await time.advance(10_000);

  expect(api.asked.length - before).toBeGreaterThanOrEqual(3);
});

test("a start that is expected by a clock that was ahead is looked at all the same", async () => {
  const { client, time, api } = newWorld();
  const { job_id } = await client.start("call_analysis", "c");
  time.setBack(3_600_000);

  client.watchJob(job_id, () => {});
  await time.advance(10 * 60_000);

  expect(api.asked.filter(({ method }) => method === "GET").length).toBeGreaterThan(0);
});
