import { expect, test } from "vitest";
import { isProblem } from "../../src/index.js";
import { json, problem } from "../../src/testing/index.js";
import { CASE, newWorld } from "./fakes/world.js";

const FORM = { form_7801: null, fields: {}, sections: {}, issues: [], version: 7 };
const PATH = `/cases/${CASE}/form`;

test("the working form is read", async () => {
  const { api, client } = newWorld();
  api.next = [() => json(200, FORM, { ETag: '"7"' })];

  expect(await client.cases.form(CASE)).toEqual(FORM);
  expect(api.asked[0]).toMatchObject({ method: "GET", path: PATH });
});

test("a change names the version it is made to", async () => {
  const { api, client } = newWorld();
  api.next = [() => json(200, { ...FORM, version: 8, added: [] })];

  const changed = await client.cases.changeForm(CASE, 7, {
    changes: [{ field: "personal_info.phone", value: "050-0000422" }],
    confirm: ["personal_info"],
  });

  expect(changed.version).toBe(8);
  expect(api.asked[0]).toMatchObject({
    method: "PATCH",
    path: PATH,
    body: {
      version: 7,
      changes: [{ field: "personal_info.phone", value: "050-0000422" }],
      confirm: ["personal_info"],
    },
  });
});

test("who was faster is a problem that is not repeated", async () => {
  const { api, client } = newWorld();
  api.next = [() => problem(412, "precondition_failed")];

  const error = await client.cases.changeForm(CASE, 7, { unconfirm: ["personal_info"] }).catch((one) => one);

  expect(isProblem(error, "precondition_failed")).toBe(true);
  expect(api.asked).toHaveLength(1);
});

test("the history is read page by page", async () => {
  const { api, client } = newWorld();
  api.next = [() => json(200, { entries: [], count: 0, next_cursor: null })];

  await client.cases.formHistory(CASE, { limit: 50, cursor: "a b" });

  expect(api.asked[0]).toMatchObject({ method: "GET", path: `${PATH}/history?limit=50&cursor=a+b` });
});

test("cases are looked for by words, and by what needs a person", async () => {
  const { api, client } = newWorld();
  api.next = [() => json(200, { cases: [], count: 0, next_cursor: null })];

  await client.cases.list({ q: "רות כהן", needs_me: true });

  const [, query] = api.asked[0]?.path.split("?") ?? [];
  expect([...new URLSearchParams(query)]).toEqual([
    ["q", "רות כהן"],
    ["needs_me", "true"],
  ]);
});

test("jobs are listed by error and by user", async () => {
  const { api, client } = newWorld();
  const of = (user_id: string) => ({ case_id: CASE, user_id, requested_by: user_id, endpoint: "" });
  const error_info = { title: "", retryable: false, attempt: 1, provider: null, provider_status: null };
  const failed = {
    status: "failed",
    error_info: { ...error_info, code: "internal", provider_request_id: null },
  } as const;
  api.put({ job_id: "a", metadata: of("u1"), ...failed });
  api.put({ job_id: "b", metadata: of("u2"), ...failed });
  api.put({ job_id: "c", metadata: of("u2") });

  const ids = async (query: object) => (await client.jobs.list(query)).jobs.map(({ job_id }) => job_id);

  expect(await ids({ error_code: "internal" })).toEqual(["b", "a"]);
  expect(await ids({ error_code: "internal", user_id: "u2" })).toEqual(["b"]);
  expect(await ids({ user_id: "u2" })).toEqual(["c", "b"]);
});
