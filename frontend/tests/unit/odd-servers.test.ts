import { expect, test, vi } from "vitest";
import { createClient, type JobView } from "../../src/index.js";
import { type Behaviour, FAKE_URL, json } from "../../src/testing/index.js";
import { CASE, FORM, newWorld, TOKEN, type World } from "./fakes/world.js";

/** The outcome of a promise that may need time. */
async function outcome(world: World, promise: Promise<unknown>, ms = 300_000): Promise<unknown> {
  let settledAs: unknown = "pending";
  promise.then(
    (value) => (settledAs = value),
    (error) => (settledAs = error),
  );
  await world.time.advance(ms);
  return settledAs;
}

const bare = (status: number) => () => new Response(null, { status });

test.each<[string, Behaviour]>([
  ["a 204", bare(204)],
  ["a 205", bare(205)],
  ["a 304 that was not asked for", bare(304)],
])("%s is no answer to a call that reads or starts something", async (_, broken) => {
  for (const call of ["get", "list", "cases", "form", "documents", "start", "events"] as const) {
    const world = newWorld();
    world.api.put({ job_id: "j", status: "running" });
    world.api.next = Array(9).fill(broken);
    const { client } = world;
    const asked = {
      get: () => client.jobs.get("j", { retry: 2 }),
      list: () => client.jobs.list({}, { retry: 2 }),
      cases: () => client.cases.get(CASE, { retry: 2 }),
      form: () => client.cases.form(CASE, { retry: 2 }),
      documents: () => client.documents.list(CASE, { retry: 2 }),
      start: () => client.start(FORM, CASE, { retry: 2 }),
      events: () => client.jobs.events("j", { retry: 2 }),
    }[call];

    expect(await outcome(world, asked()), call).toMatchObject({ name: "NetworkError" });
  }
});

test("a watched job outlasts a 204", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running" });
  const views: JobView[] = [];
  world.api.next = [bare(204)];
  world.client.watchJob("j", (view) => views.push(view));

  await world.time.advance(5_000);

  expect(views.map(({ connection, error }) => [connection, error])).toEqual([
    ["lost", null],
    ["ok", null],
  ]);
});

test("a portal's page is no answer to a delete either, and a 204 is", async () => {
  const world = newWorld();
  world.api.next = [() => new Response("<html>Log in</html>"), bare(204)];

  expect(await outcome(world, world.client.cases.delete(CASE))).toBeUndefined();

  expect(world.api.asked).toHaveLength(2);
});

test("a byte order mark before an answer is skipped", async () => {
  const world = newWorld();
  const job = world.api.put({ job_id: "j", status: "running" });
  world.api.next = [() => new Response(`\uFEFF${JSON.stringify(job)}`)];

  expect(await outcome(world, world.client.jobs.get("j"))).toMatchObject({ job_id: "j" });
});

test.each(["Application/Problem+JSON", " application/problem+json;charset=utf-8"])(
  "a refusal is known by its type, written as %s",
  async (type) => {
    const world = newWorld();
    const body = JSON.stringify({ code: "not_found", detail: "No such job.", status: 404 });
    world.api.next = [() => new Response(body, { status: 404, headers: { "Content-Type": type } })];

    expect(await outcome(world, world.client.jobs.get("j"))).toMatchObject({ name: "ProblemError", code: "not_found" });
  },
);

test("without ETag and Retry-After, as some proxies strip them, a job is followed all the same", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running", progress: 10 });
  const stripped: Behaviour = async (asked) => {
    const answer = await world.api.answer(asked);
    return new Response(answer.body, { status: answer.status, headers: { "Content-Type": "application/json" } });
  };
  world.api.next = Array(50).fill(stripped);
  const seen: unknown[] = [];
  world.client.watchJob("j", ({ job }) => seen.push(job?.status));
  await world.time.advance(20_000);
  world.api.put({ job_id: "j", status: "completed", result: { case_id: CASE } });
  await world.time.advance(20_000);

  expect(seen).toEqual(["running", "completed"]);
});

test.each<[string, Behaviour]>([
  ["never comes", () => new Promise(() => {})],
  ["never ends", () => new Response(new ReadableStream())],
  ["is no result", () => json(200, null)],
  ["is a page", () => new Response("<html>")],
  ["is refused", () => new Response("<Error/>", { status: 403 })],
])("a linked result that %s is fetched again", async (_, broken) => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "completed", result_url: "https://storage.test/result" });
  let asked = 0;
  world.api.storage = (request) => (++asked === 1 ? broken(request) : json(200, { case_id: CASE }));
  const views: JobView[] = [];
  world.client.watchJob("j", (view) => views.push(view));

  await world.time.advance(5 * 60_000);

  expect(views.map(({ connection }) => connection)).toEqual(["lost", "ok"]);
  expect(views.at(-1)?.job?.result).toEqual({ case_id: CASE });
});

test.each([undefined, null, "", "two words", `Bearer ${TOKEN}`, "שלום", "a\nb", 5, {}])(
  "what is no token is never sent: %j",
  async (given) => {
    const world = newWorld({ getToken: () => given as string });

    const error = await outcome(world, world.client.cases.get(CASE));

    expect(error).toMatchObject({ name: "TokenError", message: expect.stringContaining("getToken") });
    expect(world.api.asked).toEqual([]);
  },
);

test("white space around a token, as of a file that it was read from, is left out", async () => {
  const world = newWorld({ getToken: () => `${TOKEN}\n` });
  world.api.put({ job_id: "j" });

  await outcome(world, world.client.jobs.get("j"));

  expect(world.api.asked[0]?.headers.Authorization).toBe(`Bearer ${TOKEN}`);
});

test.each([".", "..", "", "\ud800", undefined, null, 5])(
  "an id that would lead elsewhere is a mistake: %j",
  async (id) => {
    const world = newWorld();
    const calls = [
      () => world.client.jobs.get(id as string),
      () => world.client.jobs.delete(id as string),
      () => world.client.documents.delete(CASE, id as string),
      () => world.client.cases.form(id as string),
      () => world.client.start(FORM, id as string),
      () => world.client.waitForJob(id as string),
    ];

    for (const call of calls) expect(await outcome(world, call())).toMatchObject({ name: "UsageError" });

    expect(world.api.asked).toEqual([]);
  },
);

test("ids of any script, with slashes and emoji, stay one part of the path", async () => {
  const world = newWorld();

  await outcome(world, world.client.cases.get("תיק/1 🙂?#%2e", { retry: false }));

  expect(world.api.asked[0]?.path).toBe(`/cases/${encodeURIComponent("תיק/1 🙂?#%2e")}`);
});

test.each([
  "https://u:p@host/api",
  "https://host/api?x=1",
  "https://host/#/api",
  "https://",
  "https:///api",
  "https://a b/",
])("a base URL that no request can be made to is a mistake: %s", (baseUrl) => {
  expect(() => createClient({ baseUrl, getToken: () => TOKEN })).toThrow(/baseUrl must be/);
});

test.each(["https://host", "http://127.0.0.1:8000/", "https://[::1]:8000/api//", "/api", "/"])(
  "a base URL may be %s",
  (baseUrl) => {
    expect(() => createClient({ baseUrl, getToken: () => TOKEN })).not.toThrow();
  },
);

test("a page's own fetch is called as a function, not as a method", async () => {
  const world = newWorld();
  const job = world.api.put({ job_id: "j", status: "completed", result_url: "https://storage.test/r" });
  const illegal: unknown[] = [];
  function fetch(this: unknown, url: string): Promise<Response> {
    if (this !== undefined && this !== globalThis) illegal.push(url);
    return Promise.resolve(json(200, url.startsWith(FAKE_URL) ? job : {}));
  }
  const client = createClient({ baseUrl: FAKE_URL, getToken: () => TOKEN, fetch });

  await client.jobs.get("j");

  expect(illegal).toEqual([]);
});

test("a listener of a job that throws is reported, and ends neither the reading nor the list", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running" });
  world.client.jobs.subscribe("j", () => {
    throw new Error("mine");
  });

  expect(await outcome(world, world.client.jobs.get("j"))).toMatchObject({ job_id: "j" });

  expect(world.reported).toMatchObject([{ message: "mine" }]);
});

test("a signal that has aborted ends every call before anything is asked for", async () => {
  const world = newWorld();
  const signal = AbortSignal.abort(new Error("over"));
  const { client } = world;
  const file = new File(["x"], "a.txt");
  const calls = [
    () => client.run(FORM, CASE, { signal }),
    () => client.start(FORM, CASE, { signal }),
    () => client.retry("j", { signal }),
    () => client.cancel("j", { signal }),
    () => client.waitForJob("j", { signal }),
    () => client.jobs.get("j", { signal }),
    () => client.jobs.list({}, { signal }),
    () => client.jobs.delete("j", { signal }),
    () => client.cases.create({ title: "t" }, { signal }),
    () => client.cases.delete(CASE, { signal }),
    () => client.documents.upload(CASE, file, { signal }),
    () => client.documents.addText(CASE, { file_name: "a", text: "x" }, { signal }),
  ];

  for (const call of calls) await expect(call()).rejects.toThrow("over");

  expect(world.api.asked).toEqual([]);
});

test("an empty file, and one without a name, go as they are: the API says what is wrong with them", async () => {
  const world = newWorld();
  const document = { id: "d", case_id: CASE, status: "ready" };
  world.api.next = Array(3).fill(() => json(201, { document }));
  const named = ["דוח/רפואי 🙂.pdf", "..\\..\\x.txt"];

  for (const name of named) await world.client.documents.upload(CASE, new File([], name));
  await world.client.documents.upload(CASE, new Blob([]));

  expect(world.api.asked.map(({ body }) => body)).toEqual([
    ...named.map((file_name) => ({ file_name, content_base64: "" })),
    { file_name: "", content_base64: "" },
  ]);
});

test("members that are undefined are left out of bodies and queries", async () => {
  const world = newWorld();
  const unset = { max_cost_usd: undefined, labels: { from: "page" } } as object;

  await outcome(world, world.client.start(FORM, CASE, { body: unset }));
  await outcome(world, world.client.jobs.list({ case_id: undefined, limit: 1 } as object));

  expect(world.api.asked[0]?.body).toEqual({ labels: { from: "page" } });
  expect(world.api.asked[1]?.path).toBe("/jobs?limit=1");
});

test("two clients of one user on one page keep to themselves, and see what the other starts", async () => {
  const world = newWorld();
  const other = world.reloaded();
  const [here, there] = [world.client, other].map((client) => client.analysis(CASE, FORM));
  here?.subscribe(() => {});
  there?.subscribe(() => {});
  await world.time.advance(0);

  await here?.start();
  await world.time.advance(3_000);

  expect(there?.getState().job?.job_id).toBe(here?.getState().job?.job_id ?? "none");
  other.close();
  await world.time.advance(1_000);
});

test("storage whose every use throws stops neither a start nor a logout", async () => {
  const thrower = vi.fn(() => {
    throw new DOMException("denied", "SecurityError");
  });
  const world = newWorld({ ports: { storage: { getItem: thrower, setItem: thrower, removeItem: thrower } } });

  expect(await outcome(world, world.client.start(FORM, CASE), 1_000)).toMatchObject({ job_id: "job-1" });
  expect(() => world.client.close({ forget: true })).not.toThrow();

  expect(thrower).toHaveBeenCalled();
});
