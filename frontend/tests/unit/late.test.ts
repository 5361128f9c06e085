import { afterEach, expect, test, vi } from "vitest";
import { late, lateJobList, lateUploads, once } from "../../src/late.js";
import { Session } from "../../src/session.js";
import { json } from "../../src/testing/index.js";
import { CASE, FORM, fakeToken, newWorld, type World } from "./fakes/world.js";

const PARTS = ["documents", "job-list", "live", "work"].map((name) => `../../src/${name}.js`);

afterEach(() => PARTS.forEach((path) => void vi.doUnmock(path)));

/** As in a page that is older than its server: this part's file is not there; the answer brings it. */
function missing(name: string): () => void {
  const path = `../../src/${name}.js`;
  vi.doMock(path, () => {
    throw new TypeError("Failed to fetch dynamically imported module");
  });
  return () => vi.doUnmock(path);
}

/** To import takes real time, and what is tried again waits for the test's. */
const until = (world: World, check: () => void) =>
  vi.waitFor(
    async () => {
      await world.time.advance(1_000);
      check();
    },
    { timeout: 15_000 },
  );

const session = (user: () => string | null = () => "u1") => new Session({ getToken: () => fakeToken("u1"), user });

test("a part is loaded with its first call, and its methods are called as they are", async () => {
  let loads = 0;
  const load = async () => {
    loads += 1;
    return { add: async (one: number, other: number) => one + other };
  };
  const part = late(session(), load, "add");

  expect(loads).toBe(0);
  expect(await part.add(1, 2)).toBe(3);
});

test("a part that cannot be loaded is like a service that cannot be reached, and tried again with the next call", async () => {
  let isThere = false;
  const load = once(async () => {
    if (!isThere) throw new TypeError("Failed to fetch dynamically imported module");
    return { get: async () => "it" };
  });
  const part = late(session(), load, "get");

  await expect(part.get()).rejects.toMatchObject({ name: "NetworkError", cause: { name: "TypeError" } });
  isThere = true;
  expect(await part.get()).toBe("it");
});

test("what one person called for is not done for another who came while the part was loading", async () => {
  let user = "u1";
  const called: string[] = [];
  const load = async () => ({ upload: async () => void called.push(user) });
  const part = late(
    session(() => user),
    load,
    "upload",
  );

  const uploading = part.upload();
  user = "u2";

  await expect(uploading).rejects.toMatchObject({ name: "UserChangedError" });
  expect(called).toEqual([]);
});

test("jobs are polled to their end when live updates cannot be loaded; without sockets nothing is loaded", async () => {
  let loads = 0;
  vi.doMock("../../src/live.js", () => {
    loads += 1;
    throw new TypeError("Failed to fetch dynamically imported module");
  });
  const socket = () => {
    throw new Error("No socket is opened.");
  };
  for (const ports of [{}, { socket }]) {
    const world = newWorld({ ports });
    world.api.put({ job_id: "j", status: "running", progress: 10 });
    const seen: unknown[] = [];
    world.client.watchJob("j", ({ job }) => seen.push(job?.status));

    await until(world, () => expect(seen.at(-1)).toBe("running"));
    world.api.put({ job_id: "j", status: "completed", result: { case_id: CASE } });
    await until(world, () => expect(seen.at(-1)).toBe("completed"));

    expect(seen).toEqual(["running", "completed"]);
    await vi.waitFor(() => expect(loads > 0).toBe("socket" in ports), { timeout: 15_000 });
  }
}, 60_000);

test("while the code that follows jobs is missing the connection is lost, and it is followed as soon as it is there", async () => {
  const bring = missing("work");
  const world = newWorld();
  world.api.put({ job_id: "j", job_type: FORM, status: "running", progress: 10 });
  const analysis = world.client.analysis(CASE, FORM);
  world.api.put({ job_id: "d", metadata: { case_id: "case-2" }, status: "completed", result: { case_id: "case-2" } });
  const finished = world.client.analysis("case-2", FORM);
  const states: string[] = [];
  finished.subscribe(() => states.push(`${finished.getState().status} ${finished.getState().result !== null}`));
  const watched: string[] = [];
  analysis.subscribe(() => undefined);
  const stop = world.client.watchJob("j", ({ job, connection }) => watched.push(`${job?.status} ${connection}`));
  const gone = world.client.watchJob("j", () => watched.push("told after its stop"));
  gone();

  await until(world, () => expect(analysis.getState()).toMatchObject({ connection: "lost", job: { job_id: "j" } }));
  expect(watched[0]).toBe("running lost");
  await expect(world.client.run(FORM, CASE)).rejects.toMatchObject({ name: "NetworkError" });
  await expect(world.client.jobs.get("j")).rejects.toMatchObject({ name: "NetworkError" });
  expect(finished.getState()).toMatchObject({ status: "idle", isLoading: true, connection: "lost" });
  bring();
  await until(world, () => expect(analysis.getState()).toMatchObject({ connection: "ok", progress: 10 }));
  await until(world, () => expect(finished.getState().result).toEqual({ case_id: "case-2" }));
  expect(states).not.toContain("completed false");
  world.api.put({ job_id: "j", status: "completed", result: { case_id: CASE } });
  await until(world, () => expect(analysis.getState().result).toEqual({ case_id: CASE }));

  expect(watched.at(-1)).toBe("completed ok");
  expect(watched).not.toContain("told after its stop");
  stop();
}, 60_000);

test("a start whose code does not come is ended by its signal, and never made", async () => {
  missing("work");
  const world = newWorld();
  const giveUp = new AbortController();
  const starting = world.client.start(FORM, CASE, { signal: giveUp.signal });
  giveUp.abort(new Error("not wanted"));

  await expect(starting).rejects.toThrow("not wanted");
  await world.time.advance(60_000);
  expect(world.api.asked).toEqual([]);
});

test("a list whose code is missing says that the connection is lost, and is filled as soon as it is there", async () => {
  const bring = missing("job-list");
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running" });
  const list = lateJobList(world.client, {});
  let draws = 0;
  const leave = list.subscribe(() => draws++);

  expect(list.getState()).toMatchObject({ isLoading: true, connection: "ok" });
  await list.loadMore();
  await until(world, () => expect(list.getState().connection).toBe("lost"));
  bring();
  await until(world, () => expect(list.getState()).toMatchObject({ connection: "ok", jobs: [{ job_id: "j" }] }));
  leave();
  const before = draws;
  world.api.put({ job_id: "j", status: "cancelled" });
  await world.time.advance(60_000);

  expect(draws).toBe(before);
}, 60_000);

test("files that are added before the code that sends them wait, and go in their order; the one taken back does not", async () => {
  const bring = missing("documents");
  const world = newWorld();
  const added = () => json(201, { document: { id: "d", case_id: CASE, status: "ready" } });
  world.api.next = [added, added];
  const uploads = lateUploads(world.client, CASE);
  uploads.subscribe(() => undefined);
  const file = (name: string) => new File(["x"], name);

  uploads.add([file("a.txt"), file("b.txt"), file("c.txt")], { document_type: "letter" });
  expect(uploads.getState()).toMatchObject([{ status: "waiting" }, { status: "waiting" }, { status: "waiting" }]);
  await until(world, () => expect(uploads.getState()[0]?.error).toMatchObject({ name: "NetworkError" }));
  await uploads.remove(uploads.getState()[1]?.id ?? "");
  expect(uploads.getState().map(({ fileName }) => fileName)).toEqual(["a.txt", "c.txt"]);
  const ids = uploads.getState().map(({ id }) => id);
  bring();
  await until(world, () => expect(uploads.getState().map(({ status }) => status)).toEqual(["ready", "ready"]));

  expect(uploads.getState().map(({ fileName }) => fileName)).toEqual(["a.txt", "c.txt"]);
  expect(uploads.getState().map(({ id }) => id)).toEqual(ids);
  expect(world.api.asked.map(({ method }) => method)).toEqual(["POST", "POST"]);
}, 60_000);
