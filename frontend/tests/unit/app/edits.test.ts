import { expect, test } from "vitest";
import { NetworkError } from "../../../src/index.js";
import { FIELD, LIST, problem, Server, set, settled, world } from "./form-server.js";

test("a change is sent with the version that is shown, and kept until it is answered", async () => {
  const server = new Server();
  const { edits, kept } = world(server);

  set(edits, "עכו");
  const keptMeanwhile = kept.get("edits");
  await settled();

  expect(keptMeanwhile).toContain("עכו");
  expect(kept.size).toBe(0);
  expect(edits.getState()).toMatchObject({ status: "saved", pending: [], clash: null, refused: [] });
  expect(server.form.fields[FIELD]).toMatchObject({ value: "עכו", source: "person" });
});

test("several changes go out one after the other, each at the version that the one before made", async () => {
  const server = new Server();
  const { edits } = world(server);

  set(edits, "עכו");
  set(edits, "צפת");
  await settled();

  expect(server.requests).toHaveLength(2);
  expect(server.form).toMatchObject({ version: 3, fields: { [FIELD]: { value: "צפת" } } });
});

test("without an answer the change waits, survives a reload, and goes out when somebody asks", async () => {
  const server = new Server();
  server.troubles = [new NetworkError("gone")];
  const kept = new Map<string, string>();
  const { edits } = world(server, kept);
  set(edits, "עכו");
  await settled();
  const waiting = edits.getState().status;

  const reloaded = world(server, kept).edits;
  const status = reloaded.getState().status;
  await reloaded.send();

  expect([waiting, status, reloaded.getState().status]).toEqual(["waiting", "waiting", "saved"]);
  expect(server.form.fields[FIELD]?.value).toBe("עכו");
});

test("a change is tried again by itself, later each time", async () => {
  const server = new Server();
  server.troubles = [new NetworkError("gone"), problem("unavailable", 503)];
  const { edits, waits } = world(server);
  set(edits, "עכו");
  await settled();
  waits.shift()?.();
  await settled();
  waits.shift()?.();
  await settled();

  expect(edits.getState().status).toBe("saved");
});

test("a change whose answer was lost is made once", async () => {
  const server = new Server();
  server.troubles = ["lost"];
  const { edits, waits } = world(server);
  set(edits, "עכו");
  await settled();

  waits.shift()?.();
  await settled();

  expect(edits.getState()).toMatchObject({ status: "saved", pending: [], clash: null });
  expect(server.form.version).toBe(2);
});

test("somebody changed another field: the change goes out once more", async () => {
  const server = new Server();
  const { edits } = world(server);
  server.apply({ changes: [{ field: "personal_info.phone", value: "0540000421" }] }, "other");

  set(edits, "עכו");
  await settled();

  expect(edits.getState()).toMatchObject({ status: "saved", clash: null });
  expect(server.form.fields).toMatchObject({
    [FIELD]: { value: "עכו" },
    "personal_info.phone": { value: "0540000421" },
  });
});

test("somebody changed the same field: the person is asked, and either answer is kept to", async () => {
  for (const [choice, value] of [
    ["mine", "עכו"],
    ["theirs", "צפת"],
  ] as const) {
    const server = new Server();
    const { edits, kept } = world(server);
    server.apply({ changes: [{ field: FIELD, value: "צפת" }] }, "other");
    set(edits, "עכו");
    await settled();
    const { clash } = edits.getState();
    const keptMeanwhile = kept.get("edits");

    edits.settle(choice);
    await settled();

    expect(clash).toMatchObject({ theirs: "צפת", by: "other" });
    expect(keptMeanwhile).toContain("עכו");
    expect(server.form.fields[FIELD]?.value).toBe(value);
    expect(edits.getState()).toMatchObject({ pending: [], clash: null });
  }
});

test("what the API refuses is named, and what was behind it still goes out", async () => {
  const server = new Server();
  server.troubles = [problem("invalid_request", 422)];
  const { edits } = world(server);

  set(edits, "?");
  set(edits, "עכו");
  await settled();

  expect(edits.getState()).toMatchObject({ status: "saved", pending: [], refused: [{ edit: { wanted: "?" } }] });
  expect(server.form.fields[FIELD]?.value).toBe("עכו");
});

test("a section that changed since it was looked at is not confirmed unasked", async () => {
  const server = new Server();
  const { edits } = world(server);
  server.apply({ changes: [{ field: FIELD, value: "צפת" }] }, "other");

  edits.do("personal_info", { confirm: ["personal_info"] }, true);
  await settled();
  const { clash } = edits.getState();
  edits.settle("mine");
  await settled();

  expect(clash?.by).toBe("other");
  expect(server.form.sections.personal_info?.confirmed).toBe(true);
});

test("confirming again is not taken for done because the section was confirmed before", async () => {
  const server = new Server();
  server.form.sections.personal_info = { confirmed: true, by: "me", at: null, changed_since: true };
  const { edits } = world(server);
  server.apply({ changes: [{ field: "bank_details.iban", value: "IL" }] }, "other");

  edits.do("personal_info", { confirm: ["personal_info"] }, true);
  await settled();

  expect(server.requests.filter(({ confirm }) => confirm)).toHaveLength(2); // the first was made to an older version
  expect(server.form.sections.personal_info?.changed_since).toBe(false);
});

for (const [when, page] of [
  ["the page has read the form again", "see"],
  ["the page was reloaded", "reload"],
] as const) {
  test(`a change that waited does not replace what somebody else wrote in the meantime, though ${when}`, async () => {
    const server = new Server();
    server.troubles = [new NetworkError("gone")];
    const kept = new Map<string, string>();
    const { edits, see } = world(server, kept);
    set(edits, "עכו");
    await settled();
    server.apply({ changes: [{ field: FIELD, value: "צפת" }] }, "other");

    see();
    const later = page === "see" ? edits : world(server, kept).edits;
    await later.send();

    expect(server.form.fields[FIELD]).toMatchObject({ value: "צפת", by: "other" });
    expect(later.getState()).toMatchObject({ clash: { theirs: "צפת", by: "other" }, status: "waiting" });
  });
}

test("what somebody else wrote while a field was being edited is not replaced unasked", async () => {
  const server = new Server();
  const { edits, see } = world(server);
  server.apply({ changes: [{ field: FIELD, value: "צפת" }] }, "other");
  see();

  edits.do(FIELD, { changes: [{ field: FIELD, value: "עכו" }] }, "עכו", "חיפה");
  await settled();
  const { clash } = edits.getState();
  edits.settle("mine");
  await settled();

  expect(clash).toMatchObject({ theirs: "צפת", by: "other" });
  expect(server.form.fields[FIELD]?.value).toBe("עכו");
});

test("a person is not asked about their own values that the API writes another way", async () => {
  const server = new Server();
  server.written = (value) => String(value).replace("-", "");
  const { edits, see } = world(server);

  set(edits, "054-0000421");
  set(edits, "054-0000422");
  edits.do("personal_info", { confirm: ["personal_info"] }, true);
  await settled();
  see();
  edits.do(FIELD, { changes: [{ field: FIELD, value: "" }] }, "", "054-0000422"); // the editor was opened before the answer
  await settled();

  expect(edits.getState()).toMatchObject({ status: "saved", pending: [], clash: null });
  expect(server.form).toMatchObject({
    fields: { [FIELD]: { value: "" } },
    sections: { personal_info: { confirmed: true } },
  });
});

test("a change whose answer was lost is known by its value, though the API writes that another way", async () => {
  const server = new Server();
  server.written = (value) => String(value).replace("-", "");
  server.troubles = ["lost"];
  const kept = new Map<string, string>();
  set(world(server, kept).edits, "054-0000421");
  await settled();

  const reloaded = world(server, kept).edits;
  await reloaded.send();

  expect(reloaded.getState()).toMatchObject({ status: "saved", pending: [], clash: null });
});

test("to keep one's own value over an analysis is done only when the conflict has gone", async () => {
  const server = new Server();
  const conflict = { value: "חיפה", job_id: "j" };
  server.form.fields[FIELD] = {
    ...server.form.fields[FIELD],
    value: "עכו",
    source: "person",
    by: "me",
    conflict,
  } as never;
  const { edits } = world(server);
  server.apply({ changes: [{ field: "personal_info.phone", value: "0540000421" }] }, "other");

  set(edits, "עכו");
  await settled();

  expect(server.form.fields[FIELD]).toMatchObject({ value: "עכו", conflict: null });
});

test("a confirmation is taken back without asking what changed in the section", async () => {
  const server = new Server();
  server.form.sections.personal_info = { confirmed: true, by: "me", at: null, changed_since: false };
  const { edits } = world(server);
  server.apply({ changes: [{ field: FIELD, value: "צפת" }] }, "other");

  edits.do("personal_info", { unconfirm: ["personal_info"] }, false);
  await settled();

  expect(edits.getState().clash).toBe(null);
  expect(server.form.sections.personal_info?.confirmed).toBe(false);
});

test("whoever leaves what somebody else wrote is asked again about their next change of it", async () => {
  const server = new Server();
  const { edits } = world(server);
  server.apply({ changes: [{ field: FIELD, value: "צפת" }] }, "other");
  set(edits, "עכו");
  set(edits, "נצרת");
  await settled();

  edits.settle("theirs");
  await settled();

  expect(edits.getState().clash).toMatchObject({ theirs: "צפת", edit: { wanted: "נצרת" } });
  expect(server.form.fields[FIELD]?.value).toBe("צפת");
});

test("an item whose answer was lost is added once, though the page was reloaded", async () => {
  const server = new Server();
  server.troubles = ["lost"];
  const kept = new Map<string, string>();
  world(server, kept).edits.do(LIST, { add: [{ list: LIST, item: { employer_name: "תכלת" } }] }, {});
  await settled();

  const reloaded = world(server, kept).edits;
  await reloaded.send();

  expect(server.rows).toBe(1);
  expect(reloaded.getState()).toMatchObject({ status: "saved", pending: [] });
});
