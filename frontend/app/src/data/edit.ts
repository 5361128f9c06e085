// What is one change of a person to a form, and what does a form say of it? Values, without the queue that sends them.

import type { Form, FormChanges } from "@casework/client";
import { isEmpty, SECTIONS } from "./fields.js";

/**
 * One action of a person. `field`: the path of the field or row, the list of a new item, or the section; `before`: what
 * the form showed there, see `seenOf`.
 */
export interface Edit {
  id: string;
  field: string;
  changes: FormChanges;
  before: unknown;
  wanted: unknown;
  /** The id of the edit that it takes back: never what somebody else did since. */
  undoes?: string;
  /** Instead of `changes`, when the API has forgotten the item that is to come back. */
  orElse?: FormChanges;
  /** What the item is called until the API has named it; and again, when it was removed and gets another name. */
  provisional?: string;
}

/** What a form says of an edit's place now, as far as the edit is about it. */
export function seenOf(form: Form | null, { field, changes }: Pick<Edit, "field" | "changes">): unknown {
  if (!form) return null;
  if (changes.confirm || changes.unconfirm || changes.remove) return valuesIn(form, field);
  if (changes.add) return rowsOf(form, field);
  return form.fields[field]?.value ?? null;
}

/** What another edit has made of the place in between, and who; `value` is as `seenOf` gives it. */
export function stateOf(form: Form, edit: Edit): { value: unknown; by: string | null; at: string | null } {
  const { field } = edit;
  const held = form.fields[field];
  if (held) return { value: held.value, by: held.by, at: held.at };
  const section = form.sections[field];
  const confirmed = edit.undoes && section?.confirmed ? section : null;
  return { value: seenOf(form, edit), ...(confirmed ?? lastIn(form, field)) };
}

/** Whether the form already is as the edit wants it: its answer was lost, or somebody did the same. */
export function isDone(form: Form, edit: Edit, user: string | null): boolean {
  const { field, changes, before, wanted } = edit;
  if (changes.confirm) return isConfirmedAsShown(form, field);
  if (changes.unconfirm) return form.sections[field]?.confirmed === false;
  if (changes.revert) return isRow(field) ? isShown(form, field) : form.fields[field]?.source === "analysis";
  if (changes.remove) return !isShown(form, field);
  if (changes.add) return addedRow(form, edit) !== null;
  const held = form.fields[field];
  if (held?.source !== "person" || held.conflict) return false;
  return same(held.value, wanted) || (!same(held.value, before) && isOwn(form, field, wanted, user));
}

/** Whether the place is another than it was when the person acted: a change of it would replace what they never saw. */
export function isChanged(form: Form, edit: Edit, user: string | null): boolean {
  const { field, changes, before } = edit;
  if (changes.add || changes.unconfirm) return false;
  return !same(seenOf(form, edit), before) && !isOwn(form, field, before, user);
}

/** Whether this person gave the value of the field: the API writes phones, ids and mail addresses in its own way. */
function isOwn(form: Form, field: string, value: unknown, user: string | null): boolean {
  const held = form.fields[field];
  return held?.source === "person" && held.by === user && bareOf(held.value) === bareOf(value);
}

/** A value without what may be written in several ways: "+972-54-000-0421" and "0540000421" are one. */
function bareOf(value: unknown): string {
  const bare = String(value ?? "").replace(/[^\p{L}\p{N}]/gu, "");
  return bare.toLowerCase().replace(/^(?:0*972)?0*(?=\d+$)/, "");
}

/**
 * Edits that wait behind one that was made or refused, with what they saw as it is now. `forms`: before and after that;
 * nothing else has changed between the two.
 */
export function seenAgain(behind: readonly Edit[], first: Edit, forms: { before: Form; after: Form }): Edit[] {
  return behind.map((edit, index) => {
    const between = behind.slice(0, index);
    const saw = seenOf(withPending(forms.before, [first, ...between]), edit);
    if (edit.undoes || !same(saw, edit.before)) return edit;
    return { ...edit, before: seenOf(withPending(forms.after, between), edit) };
  });
}

/** Whether a section is confirmed, and nothing is different since. */
function isConfirmedAsShown(form: Form, section: string): boolean {
  const state = form.sections[section];
  const inside = Object.entries(form.fields).filter(([path]) => path.startsWith(`${section}.`));
  return state?.confirmed === true && !state.changed_since && inside.every(([, { conflict }]) => conflict === null);
}

/** The path of the item that an edit added, though its answer was lost: a row of nobody else that says the same. */
export function addedRow(form: Form, { field, changes, before }: Edit): string | null {
  const item = changes.add?.[0]?.item ?? {};
  const known = new Set(Array.isArray(before) ? before : []);
  const isIt = (row: string) =>
    Object.entries(form.fields)
      .filter(([path]) => path.startsWith(`${row}.`))
      .every(([path, { value, analysis_field }]) => {
        const name = path.slice(row.length + 1);
        return analysis_field === null && (isComputed(name) || same(value, item[name] ?? null));
      });
  return rowsOf(form, field).find((row) => !known.has(row) && isIt(row)) ?? null;
}

/** Whether somebody else was at the place since this person's action, which is to be taken back. */
export function isOthers(form: Form, edit: Edit, user: string | null): boolean {
  const { field, changes, before } = edit;
  const isElse = (by: string | null | undefined) => user !== null && by !== null && by !== undefined && by !== user;
  if (changes.unconfirm) return isElse(form.sections[field]?.by);
  if (changes.confirm || changes.add || (changes.revert && isRow(field))) return false;
  if (changes.remove && fieldsIn(form, field).some(([, { by }]) => isElse(by))) return true;
  return !same(seenOf(form, edit), before) || isElse(form.fields[field]?.by);
}

/** What takes an edit back that is made to this form; null: nothing does. Its `before` is known once the edit is made. */
export function undoing(form: Form, edit: Edit): Edit | null {
  const { id, field, changes, before, provisional = field } = edit;
  if (changes.remove && !isShown(form, field)) return null; // it was gone, and is to stay so
  const own = { id, undoes: id, changes: inverseOf(form, edit), before: null, wanted: isRow(field) ? null : before };
  if (changes.add) return { ...own, field: provisional };
  const again = changes.remove && { add: [{ list: listOf(field), item: itemOf(form, field) }] };
  return { ...own, field, ...(again ? { orElse: again } : {}) };
}

/** The undoing of an edit that was made, when the form is as it is now. */
export function undoingOf(form: Form, edit: Edit, { orElse, ...undoing }: Edit): Edit {
  const isForgotten = orElse !== undefined && !(edit.field in form.fields);
  const now: Edit = isForgotten
    ? { ...undoing, field: listOf(edit.field), changes: orElse, provisional: edit.field }
    : undoing;
  return { ...now, before: seenOf(form, now) };
}

function inverseOf(form: Form, { field, changes, provisional = field }: Edit): FormChanges {
  if (changes.confirm) return { unconfirm: [field] };
  if (changes.unconfirm) return { confirm: [field] };
  if (changes.add) return { remove: [provisional] };
  if (changes.remove) return { revert: [field] };
  if (changes.revert && isRow(field)) return { remove: [field] };
  const held = form.fields[field];
  if (changes.revert) return { changes: [{ field, value: held?.value ?? "" }] };
  return held?.source === "person" ? { changes: [{ field, value: held.value }] } : { revert: [field] };
}

/** An item of a list as it would be added. */
function itemOf(form: Form, row: string): Record<string, unknown> {
  const members = fieldsIn(form, row).map(([path, { value }]) => [path.slice(row.length + 1), value] as const);
  return Object.fromEntries(members.filter(([name, value]) => !isEmpty(value) && !isComputed(name)));
}

/** The list of an item. */
const listOf = (row: string): string => row.slice(0, row.indexOf("["));

/** The same thing with every mention of one path as another. */
export function renamed<T>(thing: T, from: string, to: string): T {
  return JSON.parse(JSON.stringify(thing).replaceAll(from, to));
}

/** Equal values; all that is empty is equal. */
export function same(one: unknown, other: unknown): boolean {
  return (isEmpty(one) && isEmpty(other)) || JSON.stringify(one) === JSON.stringify(other);
}

/** The values of a section or an item as one text, to see whether it changed since a person looked at it. */
function valuesIn(form: Form, place: string): string {
  return JSON.stringify(
    fieldsIn(form, place)
      .map(([path, { value }]) => [path, value])
      .sort(),
  );
}

function fieldsIn(form: Form, place: string) {
  return Object.entries(form.fields).filter(([path]) => path.startsWith(`${place}.`));
}

function lastIn(form: Form, place: string): { by: string | null; at: string | null } {
  const held = fieldsIn(form, place).map(([, one]) => one);
  const last = held.filter(({ by }) => by !== null).sort((one, other) => ((one.at ?? "") < (other.at ?? "") ? 1 : -1));
  return { by: last[0]?.by ?? null, at: last[0]?.at ?? null };
}

function rowsOf(form: Form, list: string): string[] {
  const inside = Object.keys(form.fields).filter((path) => path.startsWith(`${list}[`) && path.includes("]."));
  return [...new Set(inside.map((path) => path.slice(0, path.indexOf("]") + 1)))];
}

const isRow = (path: string) => path.endsWith("]");
/** Whether a form has the item; one that waits to be added is there without fields. */
export const isShown = (form: Form, row: string) => Object.keys(form.fields).some((path) => path.startsWith(`${row}.`));
const COMPUTED = new Set(
  SECTIONS.flatMap(({ lists }) => lists.flatMap(({ fields }) => fields))
    .filter(({ isComputed }) => isComputed)
    .map(({ name }) => name),
);
const isComputed = (name: string) => COMPUTED.has(name);

const UNKNOWN = { by: null, at: null, changed_since: false };

/** The form as it is once the waiting changes have arrived. */
export function withPending(form: Form, pending: readonly Edit[]): Form {
  if (pending.length === 0) return form;
  const fields = { ...form.fields };
  const sections = { ...form.sections };
  const blank = { job_id: null, by: null, at: null, conflict: null, analysis_field: null };
  for (const edit of pending) {
    const { changes } = edit;
    Object.assign(fields, revertedField(fields, edit));
    for (const { field, value } of changes.changes ?? []) {
      fields[field] = { ...blank, ...fields[field], value, source: "person", conflict: null };
    }
    for (const name of changes.confirm ?? []) sections[name] = { ...UNKNOWN, confirmed: true };
    for (const name of changes.unconfirm ?? []) sections[name] = { ...UNKNOWN, confirmed: false };
  }
  const isTakenBack = ({ id }: Edit) => pending.some(({ undoes }) => undoes === id);
  const removed = pending.filter((edit) => !isTakenBack(edit)).flatMap(({ changes }) => changes.remove ?? []);
  const coming = pending.flatMap((edit) => comingItem(form, edit) ?? []);
  return removed.reduce(withoutItem, coming.reduce(withItem, { ...form, fields, sections }));
}

/** The field that an edit gives back to the analysis, when it is known what that says. */
function revertedField(fields: Form["fields"], { field, changes, wanted, undoes }: Edit): Form["fields"] {
  const held = fields[field];
  if (!changes.revert || !held || isRow(field)) return {};
  if (wanted === null && !undoes && !held.conflict) return {};
  const value = held.conflict ? held.conflict.value : wanted;
  return { [field]: { ...held, value, source: "analysis", by: null, at: null, conflict: null } };
}

interface ComingItem {
  row: string;
  item: Record<string, unknown>;
}

/** The item that an edit adds or brings back, as far as it is known before the API has answered. */
function comingItem(form: Form, { field, changes, provisional, orElse }: Edit): ComingItem | null {
  const [added] = changes.add ?? [];
  if (added && provisional) return { row: provisional, item: added.item };
  if (!changes.revert || !isRow(field) || isShown(form, field)) return null;
  const found = form.fields[field]?.conflict?.value ?? orElse?.add?.[0]?.item;
  return { row: field, item: (found ?? {}) as Record<string, unknown> };
}

/** It has no fields yet: nothing in it can be changed until the API has named it. */
function withItem(form: Form, { row, item }: ComingItem): Form {
  const { [row]: _, ...fields } = form.fields;
  const row_id = row.slice(row.indexOf("[") + 1, -1);
  return { ...withItems(form, listOf(row), (items) => [...items, { ...item, row_id }]), fields };
}

type Items = { row_id?: string }[];

function withItems(form: Form, list: string, change: (items: Items) => Items): Form {
  const values = form.form_7801 as unknown as Record<string, Record<string, unknown>> | null;
  const [section = "", name = ""] = list.split(".");
  const items = values?.[section]?.[name];
  if (!values || !Array.isArray(items)) return form;
  const changed = { ...values, [section]: { ...values[section], [name]: change(items) } };
  return { ...form, form_7801: changed as unknown as Form["form_7801"] };
}

function withoutItem(form: Form, row: string): Form {
  const others = Object.entries(form.fields).filter(([path]) => path !== row && !path.startsWith(`${row}.`));
  const isOther = ({ row_id }: Items[number]) => row !== `${listOf(row)}[${row_id}]`;
  const rest = withItems(form, listOf(row), (items) => items.filter(isOther));
  return { ...rest, fields: Object.fromEntries(others) };
}
