// How does nothing get lost that a person changes in a form? One change at a time, kept until the API has answered.
//
// A change waits in sessionStorage, so that a lost connection, an expired token and a reload cost nothing. When somebody
// was faster (412), the form is read again: a change of another field goes out once more, and where both changed the
// same field, the person is asked.

import type { Form, FormChanges } from "@casework/client";
import { isPassing, isProblem } from "@casework/client";
import { isEmpty } from "./fields.js";

/** One action of a person. `field`: the path of the field or row, or the section; `before`: what it showed then. */
export interface Edit {
  id: string;
  field: string;
  changes: FormChanges;
  before: unknown;
  wanted: unknown;
}

export interface Clash {
  edit: Edit;
  theirs: unknown;
  by: string | null;
  at: string | null;
}

export interface EditsState {
  pending: readonly Edit[];
  /** `waiting`: no answer; it is tried again by itself. `new`: nothing was changed yet. */
  status: "new" | "saving" | "waiting" | "saved";
  /** Somebody else changed the same field: the person decides. */
  clash: Clash | null;
  /** The last change that the API refused, until the next one. */
  refused: { edit: Edit; error: Error } | null;
}

/** What the edits need of the world around them. */
export interface EditsWorld {
  change(version: number, changes: FormChanges): Promise<Form>;
  read(): Promise<Form>;
  /** The form as the API last gave it. */
  form(): Form | null;
  show(form: Form): void;
  /** Everything that waited has been answered. */
  settled(): void;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** Where the waiting changes are kept. */
  key: string;
  wait(ms: number): Promise<void>;
}

const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 20_000];

export class Edits {
  readonly #world: EditsWorld;
  readonly #listeners = new Set<() => void>();
  #state: EditsState;
  #isRunning = false;
  #failures = 0;

  constructor(world: EditsWorld) {
    this.#world = world;
    const pending = keptEdits(world);
    this.#state = { pending, status: pending.length ? "waiting" : "new", clash: null, refused: null };
  }

  getState = (): EditsState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  add(edit: Edit): void {
    this.#put({ pending: [...this.#state.pending, edit], refused: null });
    void this.send();
  }

  /** Send what waits, one after the other; does nothing while that is being done or a person is asked. */
  async send(): Promise<void> {
    if (this.#isRunning || this.#state.clash) return;
    this.#isRunning = true;
    try {
      for (let edit = this.#first(); edit; edit = this.#first()) {
        this.#put({ status: "saving" });
        if (!(await this.#sent(edit))) return;
      }
      if (this.#state.status === "saving") {
        this.#put({ status: "saved" });
        this.#world.settled();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** The person's answer to a clash: their own value, or what is there now. */
  settle(choice: "mine" | "theirs"): void {
    const { clash } = this.#state;
    if (!clash) return;
    const own: Edit = { ...clash.edit, before: clash.theirs };
    const rest = this.#state.pending.slice(1);
    this.#put({ clash: null, status: "saving", pending: choice === "mine" ? [own, ...rest] : rest });
    void this.send();
  }

  forgetRefusal(): void {
    this.#put({ refused: null });
  }

  #first(): Edit | undefined {
    return this.#state.clash ? undefined : this.#state.pending[0];
  }

  /** Whether the next one may go out. */
  async #sent(edit: Edit): Promise<boolean> {
    try {
      const form = this.#world.form() ?? (await this.#world.read());
      this.#world.show(await this.#world.change(form.version, edit.changes));
      this.#failures = 0;
      this.#drop(edit);
      return true;
    } catch (error) {
      return this.#failed(edit, error as Error);
    }
  }

  async #failed(edit: Edit, error: Error): Promise<boolean> {
    if (isProblem(error, "precondition_failed")) return this.#rebased(edit);
    if (!isPassing(error) && error.name !== "TokenError") {
      this.#drop(edit);
      this.#put({ refused: { edit, error }, status: "saved" });
      return true;
    }
    this.#put({ status: "waiting" });
    const pause = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)] ?? 0;
    this.#failures += 1;
    void this.#world.wait(pause).then(() => this.send());
    return false;
  }

  /** Somebody was faster: is the change there already, does it go out again, or is the person asked? */
  async #rebased(edit: Edit): Promise<boolean> {
    let form: Form;
    try {
      form = await this.#world.read();
    } catch (error) {
      return this.#failed(edit, error as Error);
    }
    this.#world.show(form);
    const there = stateOf(form, edit);
    if (isDone(form, edit)) this.#drop(edit);
    else if (!same(there.value, edit.before)) {
      this.#put({ clash: { edit, theirs: there.value, by: there.by, at: there.at }, status: "waiting" });
      return false;
    }
    return true;
  }

  #drop({ id }: Edit): void {
    this.#put({ pending: this.#state.pending.filter((one) => one.id !== id) });
  }

  #put(change: Partial<EditsState>): void {
    this.#state = { ...this.#state, ...change };
    const { pending } = this.#state;
    if (pending.length) this.#world.storage.setItem(this.#world.key, JSON.stringify(pending));
    else this.#world.storage.removeItem(this.#world.key);
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What the form says of an edit's place. */
function stateOf(form: Form, { field, changes }: Edit): { value: unknown; by: string | null; at: string | null } {
  const section = form.sections[field];
  if (section && (changes.confirm || changes.unconfirm)) {
    return { value: sectionValues(form, field), by: lastIn(form, field), at: null };
  }
  const held = form.fields[field];
  return { value: held?.value ?? null, by: held?.by ?? null, at: held?.at ?? null };
}

/** The values of a section as one text, to see whether it changed since a person looked at it. */
export function sectionValues(form: Form, section: string): string {
  const own = Object.entries(form.fields).filter(([path]) => path.startsWith(`${section}.`));
  return JSON.stringify(own.map(([path, { value }]) => [path, value]).sort());
}

function lastIn(form: Form, section: string): string | null {
  const held = Object.entries(form.fields).filter(([path, { by }]) => path.startsWith(`${section}.`) && by !== null);
  return held.map(([, one]) => one).sort((one, other) => ((one.at ?? "") < (other.at ?? "") ? 1 : -1))[0]?.by ?? null;
}

/** Whether the form already is as the edit wants it: its answer was lost, or somebody did the same. */
function isDone(form: Form, { field, changes, wanted }: Edit): boolean {
  if (changes.confirm) return form.sections[field]?.confirmed === true;
  if (changes.unconfirm) return form.sections[field]?.confirmed === false;
  if (changes.revert) return form.fields[field]?.source === "analysis";
  if (changes.remove) return !Object.keys(form.fields).some((path) => path.startsWith(`${field}.`));
  if (changes.add) return false;
  const held = form.fields[field];
  return held?.source === "person" && same(held.value, wanted);
}

/** Equal values; all that is empty is equal. */
export function same(one: unknown, other: unknown): boolean {
  return (isEmpty(one) && isEmpty(other)) || JSON.stringify(one) === JSON.stringify(other);
}

const UNKNOWN = { by: null, at: null, changed_since: false };

/** The form as it is once the waiting changes have arrived. */
export function withPending(form: Form, pending: readonly Edit[]): Form {
  if (pending.length === 0) return form;
  const fields = { ...form.fields };
  const sections = { ...form.sections };
  const blank = { job_id: null, by: null, at: null, conflict: null, analysis_field: null };
  for (const { changes } of pending) {
    for (const { field, value } of changes.changes ?? []) {
      fields[field] = { ...blank, ...fields[field], value, source: "person", conflict: null };
    }
    for (const name of changes.confirm ?? []) sections[name] = { ...UNKNOWN, confirmed: true };
    for (const name of changes.unconfirm ?? []) sections[name] = { ...UNKNOWN, confirmed: false };
  }
  return { ...form, fields, sections };
}

function keptEdits({ storage, key }: EditsWorld): Edit[] {
  try {
    const kept = JSON.parse(storage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
