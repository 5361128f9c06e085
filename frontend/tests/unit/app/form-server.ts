// A form of one field, one list and one section, and an API in memory that changes it.

import { Edits, type EditsWorld } from "../../../app/src/data/edits.js";
import { type Form, type FormChanges, NetworkError, ProblemError } from "../../../src/index.js";

export const FIELD = "personal_info.city";

export class Server {
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
  readonly analysed: Record<string, unknown> = { [FIELD]: "חיפה" };
  readonly gone: Record<string, Form["fields"]> = {};
  rows = 0;
  /** How the API writes a value that it is given. */
  written: (value: unknown) => unknown = (value) => value;

  change = async (version: number, changes: FormChanges): Promise<Form> => {
    this.requests.push(changes);
    const trouble = this.troubles.shift();
    if (trouble instanceof Error) throw trouble;
    if (version !== this.form.version) throw problem("precondition_failed", 412);
    const added = this.apply(changes, "me");
    if (trouble === "lost") throw new NetworkError("The service cannot be reached.");
    return structuredClone({ ...this.form, added });
  };

  /** Make the changes as this person; the paths of the items that were added. */
  apply({ changes = [], confirm = [], unconfirm = [], revert = [], add = [], remove = [] }: FormChanges, by: string) {
    const { fields, sections, version } = this.form;
    this.form = { ...this.form, version: version + 1, fields: { ...fields }, sections: { ...sections } };
    for (const field of revert) {
      if (field in this.gone) Object.assign(this.form.fields, this.gone[field]);
      else this.form.fields[field] = held(this.analysed[field] ?? "", "analysis");
    }
    for (const row of remove) this.#take(row);
    const added = add.map(({ list, item }) => this.#add(list, item, by));
    for (const { field, value } of changes) this.form.fields[field] = { ...held(this.written(value), "person"), by };
    for (const name of [...confirm, ...unconfirm]) {
      const confirmed = confirm.includes(name);
      this.form.sections[name] = { confirmed, by: confirmed ? by : null, at: null, changed_since: false };
    }
    return added;
  }

  #add(list: string, item: Record<string, unknown>, by: string): string {
    this.rows += 1;
    const row = `${list}[r${this.rows}]`;
    for (const name of ["employer_name", "start_date"]) {
      const value = item[name];
      this.form.fields[`${row}.${name}`] = {
        ...held(value ?? "", value ? "person" : "analysis"),
        by: value ? by : null,
      };
    }
    return row;
  }

  /** The API forgets a row that the analysis has not; of another it keeps that it was removed. */
  #take(row: string): void {
    const own = Object.entries(this.form.fields).filter(([path]) => path.startsWith(`${row}.`));
    for (const [path] of own) delete this.form.fields[path];
    if (own.every(([, { analysis_field }]) => analysis_field === null)) return;
    this.gone[row] = Object.fromEntries(own);
    this.form.fields[row] = { ...held(null, "person"), by: "me" };
  }
}

function held(value: unknown, source: "analysis" | "person") {
  return { value, source, job_id: null, by: null, at: null, conflict: null, analysis_field: null };
}

export function problem(code: string, status: number): ProblemError {
  return new ProblemError({ type: "", title: "", status, detail: code, instance: "", code, request_id: "" }, null);
}

export function world(server: Server, kept: Map<string, string> = new Map()) {
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
    user: "me",
    wait: () => new Promise((resolve) => waits.push(resolve)),
  };
  /** The page reads the form again. */
  const see = () => {
    shown = structuredClone(server.form);
  };
  return { edits: new Edits(given), kept, waits, see };
}

export const LIST = "employment_history.employment_records";

/** Set the field, as the form pane does. */
export function set(edits: Edits, value: unknown, field = FIELD): void {
  edits.do(field, { changes: [{ field, value }] }, value);
}

export const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
