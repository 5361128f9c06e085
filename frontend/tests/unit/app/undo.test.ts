import { expect, test } from "vitest";
import { withPending } from "../../../app/src/data/edit.js";
import { NetworkError } from "../../../src/index.js";
import { FIELD, LIST, problem, Server, set, settled, world } from "./form-server.js";

const FOUND = `${LIST}[r0]`;

/** A server whose analysis has one employer. */
function withEmployer(): Server {
  const server = new Server();
  for (const [name, value] of [
    ["employer_name", "תכלת"],
    ["start_date", "2018-09-01"],
  ]) {
    server.form.fields[`${FOUND}.${name}`] = {
      ...{ value, source: "analysis", job_id: "j", by: null, at: null, conflict: null },
      analysis_field: `${LIST}[0].${name}`,
    };
  }
  return server;
}

const rows = ({ form }: Server) =>
  Object.entries(form.fields)
    .filter(([path]) => path.endsWith(".employer_name"))
    .map(([, { value }]) => value);

test("a value that was set goes back to what it was, step by step", async () => {
  const server = new Server();
  const { edits } = world(server);
  set(edits, "עכו");
  set(edits, "צפת");
  await settled();

  edits.undo();
  await settled();
  const once = server.form.fields[FIELD]?.value;
  edits.undo();
  await settled();

  expect(once).toBe("עכו");
  expect(server.form.fields[FIELD]).toMatchObject({ value: "חיפה", source: "analysis" });
  expect(edits.getState().done).toEqual([]);
});

test("an item that was added is taken out again, at once or after it was filled in", async () => {
  const server = new Server();
  const { edits } = world(server);
  edits.do(LIST, { add: [{ list: LIST, item: {} }] }, {});
  edits.undo(); // before the API has named it
  await settled();
  const atOnce = rows(server);
  edits.do(LIST, { add: [{ list: LIST, item: {} }] }, {});
  await settled();
  set(edits, "מפעלי הגליל", `${LIST}[r2].employer_name`);
  await settled();
  edits.undo();
  edits.undo();
  await settled();

  expect(atOnce).toEqual([]);
  expect(rows(server)).toEqual([]);
  expect(edits.getState()).toMatchObject({ pending: [], done: [], clash: null, refused: [] });
});

test("an item that was removed comes back: the analysis's as it was, a person's with what it said", async () => {
  const server = withEmployer();
  const { edits } = world(server);
  edits.do(LIST, { add: [{ list: LIST, item: { employer_name: "מפעלי הגליל" } }] }, {});
  await settled();
  edits.do(`${LIST}[r1]`, { remove: [`${LIST}[r1]`] }, null);
  edits.do(FOUND, { remove: [FOUND] }, null);
  await settled();
  const between = rows(server);

  edits.undo();
  edits.undo();
  await settled();
  const back = rows(server);
  edits.undo(); // the adding, though the item has another path now
  await settled();

  expect(between).toEqual([]);
  expect(back).toEqual(["תכלת", "מפעלי הגליל"]);
  expect(rows(server)).toEqual(["תכלת"]);
});

test("an item whose answer was lost is added once", async () => {
  const server = new Server();
  server.troubles = ["lost"];
  const { edits, waits } = world(server);
  edits.do(LIST, { add: [{ list: LIST, item: { employer_name: "תכלת" } }] }, {});
  await settled();
  waits.shift()?.();
  await settled();
  const once = rows(server);
  edits.undo();
  await settled();

  expect(once).toEqual(["תכלת"]);
  expect(rows(server)).toEqual([]);
});

test("undo takes nothing of somebody else's: the person is asked, whether the page knew of it or not", async () => {
  for (const isSeen of [true, false]) {
    const server = new Server();
    const { edits, see } = world(server);
    set(edits, "עכו");
    await settled();
    server.apply({ changes: [{ field: FIELD, value: "צפת" }] }, "other");
    if (isSeen) see();

    edits.undo();
    await settled();
    const { clash } = edits.getState();
    edits.settle("theirs");
    await settled();

    expect(clash).toMatchObject({ theirs: "צפת", by: "other", edit: { wanted: "חיפה" } });
    expect(server.form.fields[FIELD]).toMatchObject({ value: "צפת", by: "other" });
    expect(edits.getState()).toMatchObject({ pending: [], clash: null, done: [] });
  }
});

test("an item that somebody else filled in is not taken out unasked, by undo or by removing it", async () => {
  const server = new Server();
  const { edits } = world(server);
  edits.do(LIST, { add: [{ list: LIST, item: {} }] }, {});
  await settled();
  server.apply({ changes: [{ field: `${LIST}[r1].employer_name`, value: "תכלת" }] }, "other");
  edits.undo();
  await settled();
  const undone = edits.getState().clash;
  edits.settle("theirs");
  server.apply({ changes: [{ field: `${LIST}[r1].start_date`, value: "2020-01-01" }] }, "other");
  edits.do(`${LIST}[r1]`, { remove: [`${LIST}[r1]`] }, null);
  await settled();
  const removed = edits.getState().clash;
  edits.settle("mine");
  await settled();

  expect([undone?.by, removed?.by]).toEqual(["other", "other"]);
  expect(rows(server)).toEqual([]);
});

test("a confirmation of somebody else is not taken back unasked", async () => {
  const server = new Server();
  const { edits } = world(server);
  edits.do("personal_info", { confirm: ["personal_info"] }, true);
  await settled();
  server.apply({ unconfirm: ["personal_info"] }, "other");
  server.apply({ confirm: ["personal_info"] }, "other");

  edits.undo();
  await settled();

  expect(edits.getState().clash).toMatchObject({ by: "other" });
  expect(server.form.sections.personal_info).toMatchObject({ confirmed: true, by: "other" });
});

test("what was refused, or given up, is not undone: the action before it is", async () => {
  const server = new Server();
  const { edits } = world(server);
  set(edits, "עכו");
  await settled();
  server.troubles = [problem("invalid_request", 422)];
  set(edits, "?");
  await settled();

  edits.undo();
  await settled();

  expect(server.form.fields[FIELD]?.value).toBe("חיפה");
});

test("undo without a connection waits like every change, and is made once", async () => {
  const server = new Server();
  const { edits, waits } = world(server);
  server.troubles = [new NetworkError("gone")];
  set(edits, "עכו");
  edits.undo();
  await settled();
  const waiting = edits.getState();
  waits.shift()?.();
  await settled();

  expect(waiting).toMatchObject({ status: "waiting", pending: [{}, {}] });
  expect(server.form.fields[FIELD]).toMatchObject({ value: "חיפה", source: "analysis" });
  expect(edits.getState()).toMatchObject({ pending: [], clash: null });
});

test("an item that is to be removed is not shown while that waits, until it is taken back", async () => {
  const server = withEmployer();
  const records = [{ row_id: "r0", employer_name: "תכלת" }];
  server.form.form_7801 = { employment_history: { employment_records: records } } as never;
  server.troubles = [new NetworkError("gone"), new NetworkError("gone")];
  const { edits } = world(server);
  const shown = () => {
    const { form_7801, fields } = withPending(server.form, edits.getState().pending);
    const listed = form_7801?.employment_history.employment_records.length;
    return [listed, Object.keys(fields).filter((path) => path.startsWith(FOUND)).length];
  };

  edits.do(FOUND, { remove: [FOUND] }, null);
  await settled();
  const waiting = shown();
  edits.undo();
  await settled();

  expect(waiting).toEqual([0, 0]);
  expect(shown()).toEqual([1, 2]);
});
