// How does nothing get lost that a person changes in a form? One change at a time, kept until the API has answered.
//
// A change waits in sessionStorage, so that a lost connection, an expired token and a reload cost nothing. When somebody
// was faster (412, or the form was read again since the person acted), a change of another field goes out all the same,
// and where both changed the same field, the person is asked. The last action can be taken back, unless somebody else was there since: then the
// person is asked as well.

import type { Form, FormChanges } from "@casework/client";
import { isPassing, isProblem, UserChangedError } from "@casework/client";
import {
  addedRow,
  type Edit,
  isChanged,
  isDone,
  isOthers,
  renamed,
  seenAgain,
  seenOf,
  stateOf,
  undoing,
  undoingOf,
  withPending,
} from "./edit.js";
import { newId } from "./new-id.js";

export interface Clash {
  edit: Edit;
  theirs: unknown;
  by: string | null;
  at: string | null;
}

export interface Refusal {
  edit: Edit;
  error: Error;
}

export interface EditsState {
  pending: readonly Edit[];
  /** What takes back what was done in this tab, the last at the end. */
  done: readonly Edit[];
  /** `waiting`: no answer; it is tried again by itself. `new`: nothing was changed yet. */
  status: "new" | "saving" | "waiting" | "saved";
  /** Somebody else changed the same field: the person decides. */
  clash: Clash | null;
  /** What the API refused: of a field until that is changed, of an item or a section until the next change. */
  refused: readonly Refusal[];
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
  /** The id of the person. */
  user: string | null;
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
    this.#state = { pending, done: [], status: pending.length ? "waiting" : "new", clash: null, refused: [] };
  }

  getState = (): EditsState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Make a change; it can be taken back. `before`: what the person saw there, unless it is what is shown now. */
  do(field: string, changes: FormChanges, wanted: unknown, before?: unknown): void {
    const { done, pending } = this.#state;
    const form = this.#shown();
    const id = newId();
    const name = changes.add ? { provisional: `${field}[new-${id}]` } : {};
    const edit: Edit = { id, field, changes, before: seenOf(form, { field, changes }), wanted, ...name };
    const back = form && undoing(form, edit);
    const made = before === undefined ? edit : { ...edit, before };
    this.#put({ pending: [...pending, made], done: back ? [...done, back] : done, refused: this.#refusedBut(field) });
    void this.send();
  }

  /** Take the last action back. */
  undo(): void {
    const { done, pending } = this.#state;
    const last = done.at(-1);
    if (!last) return;
    const refused = this.#refusedBut(last.field);
    this.#put({ pending: [...pending, { ...last, id: newId() }], done: done.slice(0, -1), refused });
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
    const { undoes: _, ...edit } = clash.edit;
    const own: Edit = { ...edit, before: clash.theirs };
    const rest = this.#state.pending.slice(1);
    if (choice === "theirs") this.#cannotUndo(clash.edit);
    this.#put({ clash: null, status: "saving", pending: choice === "mine" ? [own, ...rest] : rest });
    void this.send();
  }

  forgetRefusal(): void {
    this.#put({ refused: [] });
  }

  /** What a change of this field leaves of the refusals: a person still needs to see what they wrote elsewhere. */
  #refusedBut(field: string): Refusal[] {
    return this.#state.refused.filter(({ edit }) => edit.changes.changes && edit.field !== field);
  }

  #first(): Edit | undefined {
    return this.#state.clash ? undefined : this.#state.pending[0];
  }

  /** Whether the next one may go out. */
  async #sent(edit: Edit): Promise<boolean> {
    try {
      const form = this.#world.form() ?? (await this.#world.read());
      const { user } = this.#world;
      const isElse = edit.undoes ? isOthers(form, edit, user) : isChanged(form, edit, user);
      if ((edit.undoes || edit.changes.add || isElse) && isDone(form, edit, user)) this.#found(form, edit);
      else if (isElse) return this.#clashed(form, edit);
      else {
        const answer = await this.#world.change(form.version, edit.changes);
        this.#world.show(answer);
        this.#seenAgain(edit, { before: form, after: answer });
        this.#answered(answer, edit, answer.added?.[0] ?? null);
      }
      this.#failures = 0;
      return true;
    } catch (error) {
      return this.#failed(edit, error as Error);
    }
  }

  async #failed(edit: Edit, error: Error): Promise<boolean> {
    if (isProblem(error, "precondition_failed")) return this.#rebased(edit);
    if (error instanceof UserChangedError) {
      this.#put({ status: "waiting" }); // for the person to come back: whoever asks next is another
      return false;
    }
    if (!isPassing(error) && error.name !== "TokenError") {
      const form = this.#world.form();
      if (form) this.#seenAgain(edit, { before: form, after: form });
      this.#drop(edit);
      this.#cannotUndo(edit);
      this.#put({ refused: [...this.#refusedBut(edit.field), { edit, error }], status: "saved" });
      return true;
    }
    this.#put({ status: "waiting" });
    const pause = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)] ?? 0;
    this.#failures += 1;
    void this.#world.wait(pause).then(() => this.send());
    return false;
  }

  /** Somebody was faster: is the change there already? Else it goes out again, or the person is asked. */
  async #rebased(edit: Edit): Promise<boolean> {
    let form: Form;
    try {
      form = await this.#world.read();
    } catch (error) {
      return this.#failed(edit, error as Error);
    }
    this.#world.show(form);
    if (isDone(form, edit, this.#world.user)) this.#found(form, edit);
    return true;
  }

  /** The change is in the form already. */
  #found(form: Form, edit: Edit): void {
    this.#answered(form, edit, edit.changes.add ? addedRow(form, edit) : null);
  }

  #clashed(form: Form, edit: Edit): false {
    const { value, by, at } = stateOf(form, edit);
    this.#put({ clash: { edit, theirs: value, by, at }, status: "waiting" });
    return false;
  }

  /** The form has the change: what waits behind it, and what takes it back, know what came of it. */
  #answered(form: Form, edit: Edit, added: string | null): void {
    let { pending, done } = this.#state;
    pending = pending.filter(({ id }) => id !== edit.id);
    if (added !== null && edit.provisional) {
      [pending, done] = renamed([pending, done], edit.provisional, added);
      pending = pending.map((one) =>
        one.field === edit.field && one.changes.add ? { ...one, before: [...(one.before as string[]), added] } : one,
      );
    }
    const known = (one: Edit) => (one.undoes === edit.id ? undoingOf(form, edit, one) : one);
    [pending, done] = [pending.map(known), done.map(known)];
    this.#put({ pending, done });
  }

  /** What waits behind an edit has seen what came of it. */
  #seenAgain(edit: Edit, forms: { before: Form; after: Form }): void {
    const behind = this.#state.pending.filter(({ id }) => id !== edit.id);
    this.#put({ pending: [edit, ...seenAgain(behind, edit, forms)] });
  }

  /** It was not done, or is somebody else's now. */
  #cannotUndo({ id }: Edit): void {
    const { pending, done } = this.#state;
    const isOther = ({ undoes }: Edit) => undoes !== id;
    this.#put({ pending: pending.filter(isOther), done: done.filter(isOther) });
  }

  #shown(): Form | null {
    const form = this.#world.form();
    return form && withPending(form, this.#state.pending);
  }

  #drop({ id }: Edit): void {
    this.#put({ pending: this.#state.pending.filter((one) => one.id !== id) });
  }

  #put(change: Partial<EditsState>): void {
    this.#state = { ...this.#state, ...change };
    keep(this.#world, this.#state.pending);
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Where the browser has no space for it, the change is sent all the same; only a reload would lose it, and that asks. */
function keep({ storage, key }: EditsWorld, pending: readonly Edit[]): void {
  try {
    if (pending.length) storage.setItem(key, JSON.stringify(pending));
    else storage.removeItem(key);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

function keptEdits({ storage, key }: EditsWorld): Edit[] {
  try {
    const kept = JSON.parse(storage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
