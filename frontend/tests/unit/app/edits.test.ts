import { expect, test } from "vitest";
import { type Edit, Edits, type EditsWorld } from "../../../app/src/data/edits.js";
import { type Form, type FormChanges, NetworkError, ProblemError } from "../../../src/index.js";

const FIELD = "personal_info.city";

/** A form of one field and one section, and an API in memory that changes it. */
class Server {
  form: Form = {
    form_7801: null,
    fields: { [FIELD]: held("חיפה", "analysis") },
    sections: { personal_info: { confirmed: false, by: null, at: null, changed_since: false } },
    version: 1,
    issues: [],
  };
  /** What the next requests come to instead of an answer; "lost": the change is made, its answer is not seen. */
  troubles: (Error | "lost")[] = [];
  requests: FormChanges[] = [];

  change = async (version: number, changes: FormChanges): Promise<Form> => {
    this.requests.push(changes);
    const trouble = this.troubles.shift();
    if (trouble instanceof Error) throw trouble;
    if (version !== this.form.version) throw problem("precondition_failed", 412);
    this.apply(changes, "me");
    if (trouble === "lost") throw new NetworkError("The service cannot be reached.");
    return structuredClone(this.form);
  };

  apply({ changes = [], confirm = [] }: FormChanges, by: string): void {
    const { fields, sections, version } = this.form;
    this.form = { ...this.form, version: version + 1, fields: { ...fields }, sections: { ...sections } };
    for (const { field, value } of changes) this.form.fields[field] = { ...held(value, "person"), by };
    for (const name of confirm) {
      this.form.sections[name] = { confirmed: true, by, at: null, changed_since: false };
    }
  }
}

function held(value: unknown, source: "analysis" | "person") {
  return { value, source, job_id: null, by: null, at: null, conflict: null, analysis_field: null };
}

function problem(code: string, status: number): ProblemError {
  return new ProblemError({ type: "", title: "", status, detail: code, instance: "", code, request_id: "" }, null);
}

function world(server: Server, kept: Map<string, string> = new Map()) {
  let shown: Form | null = structuredClone(server.form);
  const waits: (() => void)[] = [];
  const given: EditsWorld = {
    change: server.change,
    read: async () => structuredClone(server.form),
    form: () => shown,
    show: (form) => {
      shown = form;
    },
    settled: () => undefined,
    storage: {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    },
    key: "edits",
    wait: () => new Promise((resolve) => waits.push(resolve)),
  };
  return { edits: new Edits(given), kept, waits, shown: () => shown };
}

let count = 0;
function setting(wanted: unknown, before: unknown = "חיפה", field = FIELD): Edit {
  return { id: `e${++count}`, field, changes: { changes: [{ field, value: wanted }] }, before, wanted };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a change is sent with the version that is shown, and kept until it is answered", async () => {
  const server = new Server();
  const { edits, kept } = world(server);

  edits.add(setting("עכו"));
  const keptMeanwhile = kept.get("edits");
  await settled();

  expect(keptMeanwhile).toContain("עכו");
  expect(kept.size).toBe(0);
  expect(edits.getState()).toMatchObject({ status: "saved", pending: [], clash: null, refused: null });
  expect(server.form.fields[FIELD]).toMatchObject({ value: "עכו", source: "person" });
});

test("several changes go out one after the other, each at the version that the one before made", async () => {
  const server = new Server();
  const { edits } = world(server);

  edits.add(setting("עכו"));
  edits.add(setting("צפת", "עכו"));
  await settled();

  expect(server.requests).toHaveLength(2);
  expect(server.form).toMatchObject({ version: 3, fields: { [FIELD]: { value: "צפת" } } });
});

test("without an answer the change waits, survives a reload, and goes out when somebody asks", async () => {
  const server = new Server();
  server.troubles = [new NetworkError("gone")];
  const kept = new Map<string, string>();
  const { edits } = world(server, kept);
  edits.add(setting("עכו"));
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
  edits.add(setting("עכו"));
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
  edits.add(setting("עכו"));
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

  edits.add(setting("עכו"));
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
    edits.add(setting("עכו"));
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

  edits.add(setting("?"));
  edits.add(setting("עכו"));
  await settled();

  expect(edits.getState()).toMatchObject({ status: "saved", pending: [], refused: { edit: { wanted: "?" } } });
  expect(server.form.fields[FIELD]?.value).toBe("עכו");
});

test("a section that changed since it was looked at is not confirmed unasked", async () => {
  const server = new Server();
  const { edits, shown } = world(server);
  const { sectionValues } = await import("../../../app/src/data/edits.js");
  const before = sectionValues(shown() as Form, "personal_info");
  server.apply({ changes: [{ field: FIELD, value: "צפת" }] }, "other");

  const changes = { confirm: ["personal_info"] };
  edits.add({ id: "c", field: "personal_info", changes, before, wanted: true });
  await settled();
  const { clash } = edits.getState();
  edits.settle("mine");
  await settled();

  expect(clash?.by).toBe("other");
  expect(server.form.sections.personal_info?.confirmed).toBe(true);
});
