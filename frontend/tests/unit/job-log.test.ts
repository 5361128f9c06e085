import { expect, test } from "vitest";
import { doToAll, matching, type Refusal } from "../../app/src/data/bulk.js";
import { addressOf, filtersOf } from "../../app/src/data/job-filters.js";
import { type Clock, JobLog } from "../../app/src/data/job-log.js";
import { lanesNow } from "../../app/src/data/lanes.js";
import { dollars, duration } from "../../app/src/data/operations.js";
import { type AnyJob, type Client, type JobListQuery, NetworkError, ProblemError } from "../../src/index.js";
import { FakeTime, settled } from "./fakes/world.js";

const START = Date.UTC(2026, 5, 10);

/** The API's list of jobs, the newest first; the first ones of `trouble` are thrown instead of an answer. */
function listOf(jobs: AnyJob[]) {
  const asked: JobListQuery[] = [];
  const trouble: Error[] = [];
  const list = async (query: JobListQuery = {}) => {
    asked.push(query);
    const error = trouble.shift();
    if (error) throw error;
    const fitting = jobs.filter(({ status }) => !query.status || status === query.status);
    const from = query.cursor ? fitting.findIndex(({ job_id }) => job_id === query.cursor) + 1 : 0;
    const page = fitting.slice(from, from + (query.limit ?? 20));
    const isLast = from + page.length >= fitting.length;
    return { jobs: page, count: page.length, next_cursor: isLast ? null : (page.at(-1)?.job_id ?? null) };
  };
  return { jobs, asked, trouble, client: { jobs: { list } } as unknown as Client };
}

function aJob(number: number, facts: Partial<AnyJob> = {}): AnyJob {
  const created_at = new Date(START + number * 1_000).toISOString();
  return { job_id: `j${number}`, created_at, version: 1, status: "completed", ...facts } as AnyJob;
}

const manyJobs = (count: number) => Array.from({ length: count }, (_, index) => aJob(count - 1 - index));

function logOf(jobs: AnyJob[], filters = {}) {
  const api = listOf(jobs);
  const time = new FakeTime(START + 86_400_000);
  const clock: Clock = { now: time.now, sleep: time.sleep, isHidden: () => false };
  const log = new JobLog(api.client, filters, clock);
  const leave = log.subscribe(() => {});
  const ids = () => log.getState().jobs.map(({ job_id }) => job_id);
  return { ...api, log, time, ids, leave };
}

test("a list lives: new jobs come, others change, those that are gone go, and older pages stay", async () => {
  const { log, jobs, time, ids, leave } = logOf(manyJobs(250));
  await settled();
  await log.loadMore();
  expect(ids()).toHaveLength(200);

  jobs.unshift(aJob(250, { status: "running" }));
  jobs[5] = { ...(jobs[5] as AnyJob), version: 2, status: "failed" };
  jobs.splice(9, 1);
  await time.advance(5_000);

  expect(ids().slice(0, 2)).toEqual(["j250", "j249"]);
  expect(log.getState().jobs[5]?.status).toBe("failed");
  expect(ids()).not.toContain("j241");
  expect(ids()).toHaveLength(200);
  await log.loadMore();
  expect(ids()).toEqual(jobs.map(({ job_id }) => job_id));
  expect(log.getState().hasMore).toBe(false);
  leave();
});

test("new jobs wait while somebody reads further down; in a pause nothing moves at all", async () => {
  const { log, jobs, time, ids, leave } = logOf(manyJobs(3));
  await settled();
  log.setMode("scrolled");
  jobs.unshift(aJob(3));
  jobs[1] = { ...(jobs[1] as AnyJob), version: 2, status: "failed" };
  await time.advance(5_000);
  expect([ids(), log.getState().waiting]).toEqual([["j2", "j1", "j0"], 1]);
  expect(log.getState().jobs[0]?.status).toBe("failed");

  log.setMode("paused");
  jobs[2] = { ...(jobs[2] as AnyJob), version: 2, status: "failed" };
  jobs.unshift(aJob(4));
  await time.advance(5_000);
  expect([ids(), log.getState().waiting]).toEqual([["j2", "j1", "j0"], 2]);
  expect(log.getState().jobs[1]?.status).toBe("completed");

  log.setMode("live");
  expect([ids(), log.getState().waiting]).toEqual([["j4", "j3", "j2", "j1", "j0"], 0]);
  leave();
});

test("more news than a page leaves no gap", async () => {
  const { jobs, time, ids, log, leave } = logOf(manyJobs(10));
  await settled();
  jobs.unshift(...manyJobs(400).slice(0, 390));
  await time.advance(5_000);
  for (let page = 0; page < 5; page++) await log.loadMore();

  expect(ids()).toEqual(jobs.map(({ job_id }) => job_id));
  leave();
});

test("a lost connection is said and passes; a refusal ends the asking", async () => {
  const { log, trouble, asked, time, leave } = logOf(manyJobs(1));
  await settled();
  trouble.push(new NetworkError("The service cannot be reached."));
  await time.advance(5_000);
  expect([log.getState().isCutOff, log.getState().jobs.length]).toEqual([true, 1]);
  await time.advance(5_000);
  expect(log.getState().isCutOff).toBe(false);

  const problem = { code: "forbidden", status: 403, title: "", detail: "No.", request_id: "r", type: "", instance: "" };
  trouble.push(new ProblemError(problem as never, null));
  await time.advance(5_000);
  const before = asked.length;
  await time.advance(60_000);
  expect([log.getState().error?.message, asked.length]).toEqual(["No.", before]);
  leave();
});

test("only jobs of the last hour are read, and no page beyond", async () => {
  const { time, asked, ids, log, leave } = logOf(
    Array.from({ length: 300 }, (_, index) => aJob(86_400 - index * 60)),
    { since: "hour" },
  );
  await settled();

  expect(ids()).toHaveLength(61);
  expect([log.getState().hasMore, asked.length]).toEqual([false, 1]);
  expect(time.now()).toBe(START + 86_400_000);
  leave();
});

test("filters stand in the address, and what is none is left out", () => {
  const address = addressOf({ status: "failed", user_id: "u 1", since: "day" });

  expect(address).toBe("/ops/jobs?status=failed&user_id=u+1&since=day");
  expect(filtersOf(address.split("?")[1] ?? "")).toEqual({ status: "failed", user_id: "u 1", since: "day" });
  expect(filtersOf("status=ended&since=year&order=newest&error_code=%20&x=1")).toEqual({});
  expect(addressOf({})).toBe("/ops/jobs");
});

test("what matches is what the action fits, over all pages, up to a thousand", async () => {
  const { client, jobs } = listOf([
    ...manyJobs(250).map((job) => ({ ...job, status: "failed" }) as AnyJob),
    aJob(900, { status: "running", cancel_requested: true }),
    aJob(901, { status: "pending" }),
    aJob(902),
  ]);
  const around = { signal: new AbortController().signal, now: START };

  expect((await matching(client, {}, "retry", around)).jobs).toHaveLength(250);
  expect((await matching(client, {}, "cancel", around)).jobs.map(({ job_id }) => job_id)).toEqual(["j901"]);
  expect((await matching(client, { status: "completed" }, "retry", around)).jobs).toEqual([]);
  jobs.push(...manyJobs(1_200).map((job) => ({ ...job, job_id: `more-${job.job_id}`, status: "failed" }) as AnyJob));
  expect(await matching(client, {}, "retry", around)).toMatchObject({ isMore: true, jobs: { length: 1_000 } });
});

test("a refusal does not stop the others; a stop does", async () => {
  const refused = new NetworkError("No.");
  const cancelled: string[] = [];
  const stop = new AbortController();
  const client = {
    async cancel(id: string) {
      if (id === "j3") throw refused;
      cancelled.push(id);
    },
  } as unknown as Client;
  const refusals: Refusal[] = [];
  let done = 0;
  const onDone = (refusal: Refusal | null) => {
    done += 1;
    if (refusal) refusals.push(refusal);
    if (done === 10) stop.abort();
  };
  await doToAll(client, "cancel", manyJobs(100), { signal: stop.signal, onDone });

  expect(done).toBeLessThan(15);
  const few = manyJobs(5);
  await doToAll(client, "cancel", few, { signal: new AbortController().signal, onDone });
  expect(refusals).toEqual([{ job: few[1], error: refused }]);
  expect(cancelled).toContain("j4");
});

test("the lanes are counted by priority, with the oldest that waits for a worker", async () => {
  const facts = { status: "pending", priority: "normal" } as const;
  const { client } = listOf([
    aJob(9, { ...facts, waiting_for: "worker" }),
    aJob(8, { ...facts, waiting_for: "retry" }),
    aJob(7, { ...facts, waiting_for: "worker" }),
    aJob(6, { ...facts, priority: "high", waiting_for: "worker" }),
    aJob(5, { status: "running", priority: "high" }),
  ]);
  const { lanes, isMore } = await lanesNow(client, { signal: new AbortController().signal, now: START });

  expect(isMore).toBe(false);
  expect(
    lanes.map(({ name, waiting, oldest, others, running }) => [name, waiting, oldest?.job_id, others, running]),
  ).toEqual([
    ["high", 1, "j6", 0, 1],
    ["normal", 2, "j7", 1, 0],
    ["low", 0, undefined, 0, 0],
  ]);
});

test("durations and amounts are short, in either language", () => {
  const times = [null, 40, 9_940, 59_999, 61_000, 3_599_000, 7_260_000];
  expect(times.map((ms) => duration(ms, "en"))).toEqual([
    "–",
    "0.0 s",
    "9.9 s",
    "59 s",
    "1:01 min",
    "59:59 min",
    "2:01 h",
  ]);
  expect(duration(61_000, "he")).toBe("1:01 דק׳");
  expect([null, "0", "0.00219", "12.345"].map(dollars)).toEqual(["–", "$0.00", "$0.0022", "$12.35"]);
});
