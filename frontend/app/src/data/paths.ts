// What is a path of the form called by people? "Employer 2: End of work", by the names of its section, row and field.

import type { Form } from "@casework/client";
import type { Language } from "../language.js";
import { FIELD_TEXTS } from "./field-texts.js";
import { type FieldDefinition, type ListDefinition, SECTIONS, valueAt } from "./fields.js";

const LISTS = SECTIONS.flatMap(({ lists }) => lists);

/** A path in words; `form` numbers the rows. */
export function pathText(path: string, language: Language, form: Form | null = null): string {
  const texts = FIELD_TEXTS[language];
  const { list, row, name } = partsOf(path);
  if (!list) return texts.sections[path] ?? texts.fields[name] ?? path;
  const items = valueAt(form?.form_7801, list.path);
  const at = Array.isArray(items) ? items.findIndex(({ row_id }) => row_id === row) : -1;
  const item = `${texts.lists[list.name]}${at >= 0 ? ` ${at + 1}` : ""}`;
  return name ? `${item}, ${texts.fields[name] ?? name}` : item;
}

/** The field that a path names; a text when it is unknown. */
export function definitionOf(path: string): FieldDefinition {
  const { list, name } = partsOf(path);
  const section = SECTIONS.find((one) => path.startsWith(`${one.name}.`));
  const fields = list?.fields ?? [...(section?.fields ?? []), ...(section?.conditions?.fields ?? [])];
  return fields.find((field) => field.name === name) ?? { name, kind: "text" };
}

function partsOf(path: string): { list: ListDefinition | undefined; row: string; name: string } {
  const [, before = "", row = "", name = ""] = /^(.+?)\[([^\]]+)\](?:\.(.+))?$/.exec(path) ?? [];
  const list = LISTS.find((one) => one.path === (before || path));
  return { list, row, name: list ? name : (path.split(".").at(-1) ?? path) };
}
