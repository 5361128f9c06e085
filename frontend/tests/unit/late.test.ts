import { afterEach, expect, test, vi } from "vitest";
import { late, once } from "../../src/late.js";
import { Session } from "../../src/session.js";
import { CASE, fakeToken, newWorld, settled } from "./fakes/world.js";

afterEach(() => vi.doUnmock("../../src/live.js"));

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
    // To import takes real time.
    const until = async (status: string) =>
      vi.waitFor(
        async () => {
          await world.time.advance(1_000);
          await settled();
          expect(seen.at(-1)).toBe(status);
        },
        { timeout: 15_000 },
      );

    await until("running");
    world.api.put({ job_id: "j", status: "completed", result: { case_id: CASE } });
    await until("completed");

    expect(seen).toEqual(["running", "completed"]);
    await vi.waitFor(() => expect(loads > 0).toBe("socket" in ports), { timeout: 15_000 });
  }
}, 60_000);
