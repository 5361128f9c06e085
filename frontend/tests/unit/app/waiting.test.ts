import { expect, test } from "vitest";
import { withPending } from "../../../app/src/data/edit.js";
import type { Edits } from "../../../app/src/data/edits.js";
import { reviewOf } from "../../../app/src/data/review.js";
import { NetworkError, UserChangedError } from "../../../src/index.js";
import { FIELD, LIST, problem, Server, set, settled, world } from "./form-server.js";

const ROW = `${LIST}[r0]`;

/** An API that cannot be reached, with a form of no employers. */
function unreachable(): Server {
  const server = new Server();
  server.form.form_7801 = { employment_history: { employment_records: [] } } as never;
  server.troubles = [1, 2, 3, 4].map(() => new NetworkError("gone"));
  return server;
}

/** The employers that the form pane shows: their names, and whether they wait. */
function employers(server: Server, edits: Edits): [title: string, isWaiting: boolean][] {
  const review = reviewOf(withPending(server.form, edits.getState().pending), null);
  const items = review.sections.flatMap(({ lists }) => lists.flatMap((list) => list.items));
  return items.map(({ title, isWaiting }) => [title, isWaiting]);
}

test("a change is sent though the browser has no space left to keep it", async () => {
  const server = new Server();
  const full = new Map<string, string>();
  full.set = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const { edits } = world(server, full);
  let drawn = 0;
  edits.subscribe(() => {
    drawn += 1;
  });

  set(edits, "עכו");
  await settled();

  expect(server.form.fields[FIELD]?.value).toBe("עכו");
  expect(edits.getState()).toMatchObject({ status: "saved", pending: [] });
  expect(drawn).toBeGreaterThan(0);
});

test("an item that waits to be added is shown as waiting, until it is answered or taken back", async () => {
  const server = unreachable();
  const { edits } = world(server);

  edits.do(LIST, { add: [{ list: LIST, item: {} }] }, {});
  edits.do(LIST, { add: [{ list: LIST, item: { employer_name: "תכלת" } }] }, {});
  await settled();
  const waiting = employers(server, edits);
  edits.undo();
  await settled();
  const takenBack = employers(server, edits);
  server.troubles = [];
  await edits.send();

  expect(waiting).toEqual([
    ["", true],
    ["תכלת", true],
  ]);
  expect(takenBack).toEqual([["", true]]);
  expect(employers(server, edits)).toEqual([]); // this API lists no rows in `form_7801`
});

test("an item that waits to come back is shown as waiting, whether undone or found by a later analysis", async () => {
  const server = unreachable();
  const records = [{ row_id: "r0", employer_name: "תכלת" }];
  server.form.form_7801 = { employment_history: { employment_records: records } } as never;
  server.form.fields[`${ROW}.employer_name`] = { ...server.form.fields[FIELD], value: "תכלת" } as never;
  server.troubles = [];
  const { edits, see } = world(server);
  edits.do(ROW, { remove: [ROW] }, null);
  await settled();
  server.form.form_7801 = { employment_history: { employment_records: [] } } as never;
  see();
  server.troubles = [1, 2].map(() => new NetworkError("gone"));
  edits.undo();
  await settled();
  const undone = employers(server, edits);

  const later = unreachable();
  const conflict = { value: { employer_name: "גל" }, job_id: null };
  later.form.fields[ROW] = { ...later.form.fields[FIELD], value: null, source: "person", conflict } as never;
  const other = world(later).edits;
  other.do(ROW, { revert: [ROW] }, null);
  await settled();

  expect(undone).toEqual([["תכלת", true]]);
  expect(employers(later, other)).toEqual([["גל", true]]);
});

test("a value that waits to be taken from the analysis again is shown", async () => {
  const server = unreachable();
  const shown = (edits: Edits) => withPending(server.form, edits.getState().pending).fields[FIELD];
  const ours = { ...server.form.fields[FIELD], value: "עכו", source: "person" } as const;
  server.form.fields[FIELD] = ours as never;
  const back = world(server).edits;
  back.do(FIELD, { revert: [FIELD] }, "חיפה");
  const reverted = shown(back);

  server.form.fields[FIELD] = { ...ours, conflict: { value: "צפת", job_id: null } } as never;
  const taken = world(server).edits;
  taken.do(FIELD, { revert: [FIELD] }, null);
  const decided = shown(taken);

  server.form.fields[FIELD] = { ...ours, value: "חיפה", source: "analysis" } as never;
  const undone = world(server).edits;
  set(undone, "לוד");
  undone.undo();
  await settled();

  expect(reverted).toMatchObject({ value: "חיפה", source: "analysis", conflict: null });
  expect(decided).toMatchObject({ value: "צפת", source: "analysis", conflict: null });
  expect(shown(undone)).toMatchObject({ value: "חיפה", source: "analysis", conflict: null });
});

test("a refused value stays at its field while other fields are changed, until it is changed itself", async () => {
  const server = new Server();
  server.troubles = [problem("validation_failed", 422), problem("validation_failed", 422)];
  const { edits } = world(server);
  const refused = () => edits.getState().refused.map(({ edit }) => edit.wanted);

  set(edits, "?");
  set(edits, "??", "personal_info.phone");
  await settled();
  set(edits, "חיפה", "personal_info.address");
  await settled();
  const both = refused();
  set(edits, "עכו");
  await settled();

  expect(both).toEqual(["?", "??"]);
  expect(refused()).toEqual(["??"]);
  expect(server.form.fields[FIELD]?.value).toBe("עכו");
});

test("a change that was on its way when its author left waits for them to come back", async () => {
  const server = new Server();
  server.troubles = [new UserChangedError("Another user has logged in, or the client was closed.")];
  const { edits, kept, waits } = world(server);

  set(edits, "עכו");
  await settled();

  expect(edits.getState()).toMatchObject({ status: "waiting", refused: [] });
  expect(kept.get("edits")).toContain("עכו");
  expect(waits).toEqual([]); // whoever asks next is another
});
