// What does a reviewer see of the form? Every field with its value, where it is from, what is doubtful, and its evidence.

import type { CaseDocument, Evidence, Form, Form7801Analysis, FormField, Issue, Quote } from "@casework/client";
import { isShown } from "./edit.js";
import { type FieldDefinition, isEmpty, type ListDefinition, SECTIONS, valueAt } from "./fields.js";

/** Where a value is from, or what is the matter with it. The first that applies of: conflict, person, doubtful, missing. */
export type FieldState = "conflict" | "person" | "doubtful" | "missing" | "document" | "call" | "computed" | "plain";

export interface ReviewField {
  path: string;
  definition: FieldDefinition;
  section: string;
  value: unknown;
  state: FieldState;
  /** Nobody has dealt with what is doubtful about it yet: "next doubtful" stops here. */
  isOpen: boolean;
  evidence: Evidence[];
  issues: Issue[];
  held: FormField | null;
  /** What the newest analysis has there. */
  analysed: unknown;
}

export interface ReviewItem {
  path: string;
  title: string;
  fields: ReviewField[];
  /** A later analysis found it, or has it no longer; set when a person removed it. */
  absent: FormField | null;
  /** It is not saved yet, and can be changed once it is. */
  isWaiting: boolean;
}

/** What a confirmed section is about that was not there when it was confirmed: a person changed it, or an analysis says otherwise. */
export interface Since {
  path: string;
  by: string | null;
  isConflict: boolean;
}

export interface ReviewSection {
  name: string;
  fields: ReviewField[];
  lists: { definition: ListDefinition; items: ReviewItem[] }[];
  conditions: ReviewField[];
  confirmed: { by: string | null; at: string | null; since: Since[] } | null;
  open: number;
  filled: number;
  all: number;
}

export interface Review {
  sections: ReviewSection[];
  /** All fields in the order of the form. */
  fields: ReviewField[];
  /** Issues that belong to no field: of documents, of the call. */
  others: Issue[];
}

/** The form and its analysis as a reviewer sees them. */
export function reviewOf(form: Form, analysis: Form7801Analysis | null): Review {
  const context = contextOf(form, analysis);
  const sections = SECTIONS.map((section) => {
    const prefix = section.name;
    const one = (path: string, definition: FieldDefinition) => fieldOf(context, { path, definition, section: prefix });
    const fields = section.fields.map((definition) => one(`${prefix}.${definition.name}`, definition));
    const lists = section.lists.map((definition) => ({ definition, items: itemsOf(form, definition, one) }));
    const { path = "", fields: named = [] } = section.conditions ?? {};
    const conditions = named.map((definition) => one(`${path}.${definition.name}`, definition));
    const all = [...fields, ...conditions, ...lists.flatMap(({ items }) => items.flatMap((item) => item.fields))];
    const counted = all.filter(({ definition }) => definition.kind !== "yes" && !definition.isComputed);
    const state = form.sections[prefix];
    return {
      ...{ name: prefix, fields, lists, conditions },
      confirmed: state?.confirmed ? { by: state.by, at: state.at, since: sinceOf(form, prefix) } : null,
      open: all.filter(({ isOpen }) => isOpen).length,
      filled: counted.filter(({ value }) => !isEmpty(value)).length,
      all: counted.length,
    };
  });
  const fields = sections.flatMap((section) => [
    ...section.fields,
    ...section.conditions,
    ...section.lists.flatMap(({ items }) => items.flatMap((item) => item.fields)),
  ]);
  const paths = new Set(fields.map(({ path }) => path));
  const others = context.issues.filter(({ field, weight }) => !paths.has(field) && weight !== "info");
  return { sections, fields, others };
}

function sinceOf(form: Form, section: string): Since[] {
  const changed = form.sections[section]?.changed ?? [];
  const conflicts = Object.keys(form.fields).filter(
    (path) => path.startsWith(`${section}.`) && form.fields[path]?.conflict,
  );
  return [
    ...conflicts.map((path) => ({ path, by: null, isConflict: true })),
    ...changed
      .filter((path) => !conflicts.includes(path))
      .map((path) => ({ path, by: form.fields[path]?.by ?? null, isConflict: false })),
  ];
}

interface Context {
  form: Form;
  analysis: Form7801Analysis | null;
  issues: readonly Issue[];
  evidence: Map<string, Evidence[]>;
}

function contextOf(form: Form, analysis: Form7801Analysis | null): Context {
  const evidence = new Map<string, Evidence[]>();
  for (const one of analysis?.evidence ?? []) evidence.set(one.field, [...(evidence.get(one.field) ?? []), one]);
  return { form, analysis, issues: form.issues, evidence };
}

function itemsOf(
  form: Form,
  definition: ListDefinition,
  one: (path: string, definition: FieldDefinition) => ReviewField,
): ReviewItem[] {
  const list = valueAt(form.form_7801, definition.path);
  const there = (Array.isArray(list) ? list : []).map((item) => {
    const path = `${definition.path}[${item.row_id}]`;
    const isWaiting = !isShown(form, path);
    const fields = isWaiting ? [] : definition.fields.map((each) => one(`${path}.${each.name}`, each));
    return { ...{ path, fields, isWaiting }, title: String(item[definition.title] ?? ""), absent: null };
  });
  const gone = Object.entries(form.fields)
    .filter(([path, held]) => path.startsWith(`${definition.path}[`) && path.endsWith("]") && held.conflict)
    .map(([path, absent]) => ({ path, title: titleOf(absent, definition), fields: [], absent, isWaiting: false }));
  return [...there, ...gone];
}

function titleOf({ conflict }: FormField, { title }: ListDefinition): string {
  return String((conflict?.value as Record<string, unknown> | null)?.[title] ?? "");
}

function fieldOf(
  { form, analysis, issues, evidence }: Context,
  place: { path: string; definition: FieldDefinition; section: string },
): ReviewField {
  const held = form.fields[place.path] ?? null;
  const value = held ? held.value : valueAt(form.form_7801, place.path);
  const own = issues.filter(({ field }) => field === place.path);
  const found = evidence.get(held?.analysis_field ?? place.path) ?? [];
  const state = stateOf(place.definition, { value, held, issues: own, evidence: found });
  const isConfirmed = form.sections[place.section]?.confirmed ?? false;
  const weighs = own.some(({ weight }) => weight === "blocking" || weight === "check");
  const isOpen = state === "conflict" || (!isConfirmed && (state === "doubtful" || (state === "person" && weighs)));
  const analysed = valueAt(analysis?.form_7801, held?.analysis_field ?? place.path);
  return { ...place, value, state, isOpen, evidence: found, issues: own, held, analysed };
}

interface Judged {
  value: unknown;
  held: FormField | null;
  issues: Issue[];
  evidence: Evidence[];
}

function stateOf(definition: FieldDefinition, { value, held, issues, evidence }: Judged): FieldState {
  if (held?.conflict) return "conflict";
  if (held?.source === "person") return "person";
  if (issues.some(({ weight }) => weight === "blocking" || weight === "check")) return "doubtful";
  if (isEmpty(value)) return definition.kind === "yes" ? "plain" : "missing";
  if (definition.isComputed) return "computed";
  const [first] = evidence;
  if (!first) return "plain";
  return first.document_id === "call" ? "call" : "document";
}

/** What a field rests on: its evidence, then what its issues quote besides. */
export function sourcesOf(field: ReviewField): Quote[] {
  const quoted = field.issues.flatMap(({ quotes = [] }) => quotes);
  const sources: Quote[] = [];
  for (const one of [...field.evidence, ...quoted]) {
    const isKnown = sources.some(
      ({ document_id, page, quote }) => document_id === one.document_id && page === one.page && quote === one.quote,
    );
    if (!isKnown) sources.push(one);
  }
  return sources;
}

/** The name of the document that an issue is about; null when it is about none. */
export function issueDocument({ field, params }: Issue, documents: readonly CaseDocument[]): string | null {
  const found = documents.find(({ id }) => field === `documents/${id}`);
  return found?.file_name ?? (typeof params?.name === "string" ? params.name : null);
}
