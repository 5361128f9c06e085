import { expect, test } from "vitest";
import { isProblem, type ProblemError } from "../../src/index.js";
import { json, problem } from "../../src/testing/index.js";
import { FORM, newWorld } from "./fakes/world.js";

test("a token that the API refuses is renewed once", async () => {
  const rejected: (string | null)[] = [];
  const { api, client } = newWorld({
    getToken: (asked) => {
      rejected.push(asked.rejected);
      return asked.rejected === null ? "old" : "new";
    },
  });
  api.put({ job_id: "j" });
  api.next = [() => problem(401, "unauthorized")];

  await client.jobs.get("j");

  expect(api.asked.map((one) => one.headers.Authorization)).toEqual(["Bearer old", "Bearer new"]);
  expect(rejected).toEqual([null, "old"]);
});

test("without a better token the refusal stands", async () => {
  const { api, client } = newWorld({ getToken: () => "old" });
  api.next = [() => problem(401, "unauthorized")];

  await expect(client.jobs.get("j")).rejects.toMatchObject({ code: "unauthorized" });

  expect(api.asked).toHaveLength(1);
});

test("a token that cannot be had at the moment is like a network that is gone", async () => {
  let logins = 0;
  const { api, client, time } = newWorld({
    getToken: () => {
      if (++logins === 1) throw new Error("the login service is down");
      return "token";
    },
  });
  api.put({ job_id: "j" });

  const job = client.jobs.get("j");
  await time.advance(5_000);

  expect((await job).job_id).toBe("j");
  expect(api.asked).toHaveLength(1);
});

test("what is wrong in a request is told place by place", async () => {
  const { api, client } = newWorld();
  api.next = [
    () =>
      json(
        422,
        {
          code: "invalid_request",
          status: 422,
          detail: "Two.",
          errors: [{ pointer: "/labels", message: "is no object" }],
        },
        { "Content-Type": "application/problem+json" },
      ),
  ];

  const error = await client.start(FORM, "c").catch((refusal: ProblemError) => refusal);

  expect(isProblem(error, "invalid_request")).toBe(true);
  expect(error).toMatchObject({ errors: [{ pointer: "/labels", message: "is no object" }] });
});

test("an answer that takes longer than any gateway waits is given up and asked for again", async () => {
  const { api, client, time } = newWorld();
  api.put({ job_id: "j" });
  api.next = [({ signal }) => new Promise((_, reject) => signal?.addEventListener("abort", reject))];

  const job = client.jobs.get("j");
  await time.advance(36_000);

  expect((await job).job_id).toBe("j");
  expect(api.seconds("/jobs/j")).toEqual([0, 35.625]);
});

test("a page in place of an answer, as of a captive portal, is no answer", async () => {
  const { api, client, time } = newWorld();
  api.put({ job_id: "j" });
  api.next = [() => new Response("<html>Log in to the Wi-Fi</html>", { status: 200 })];

  const job = client.jobs.get("j");
  await time.advance(5_000);

  expect((await job).job_id).toBe("j");
});

test("a gateway's own 502 is asked over, its own 403 is not", async () => {
  const { api, client, time } = newWorld();
  api.put({ job_id: "j" });
  api.next = [() => json(502, { message: "Internal server error" }), () => json(403, { message: "Forbidden" })];

  const refused = client.jobs.get("j").catch((error: unknown) => error);
  await time.advance(5_000);

  expect(await refused).toMatchObject({ name: "NetworkError", status: 403 });
  expect(api.asked).toHaveLength(2);
});

test("a list is asked for with what was given, ids in a path are escaped", async () => {
  const { api, client } = newWorld();
  api.next = [() => json(200, { jobs: [], count: 0, next_cursor: null })];

  await client.jobs.list({ case_id: "c/1", status: "running", limit: 5 });
  await client.jobs.get("../cases").catch(() => undefined);

  expect(api.asked.map((one) => one.path)).toEqual(["/jobs?case_id=c%2F1&status=running&limit=5", "/jobs/..%2Fcases"]);
});

test("the tries of a job's webhook are read, and the next is made now", async () => {
  const { api, client } = newWorld();
  const first = { webhook_id: "msg_1", attempt: 1, at: "2026-06-10T09:00:00Z", status: 500, error: null };
  const deliveries = [{ ...first, next_attempt_at: "2026-06-10T09:00:05Z" }];
  api.next = [() => json(200, { deliveries }), () => json(202, { deliveries }), () => problem(409, "not_finished")];

  expect(await client.jobs.deliveries("j")).toEqual(deliveries);
  expect(await client.jobs.resend("j")).toEqual(deliveries);
  await expect(client.jobs.resend("j")).rejects.toMatchObject({ code: "not_finished" });

  expect(api.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /jobs/j/deliveries",
    "POST /jobs/j/deliveries/resend",
    "POST /jobs/j/deliveries/resend",
  ]);
});
