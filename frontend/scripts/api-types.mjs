/**
 * How do src/api.ts and src/routes.ts come about? From the OpenAPI document that the app serves: `npm run api-types`.
 *
 * Kept are the schemas that the client speaks and a line per route; a test compares them with a running API.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const SPOKEN = [
  ...["Problem", "StartBody", "Start", "Job", "JobList", "EventList"],
  ...["NewCase", "Case", "CaseList", "NewDocument", "AddedDocument", "DocumentList", "DeliveryList"],
];
/** Names that mean something else in a browser, or nothing without their schema beside them. */
const RENAMED = { Document: "CaseDocument", Event: "JobEvent", Status: "JobStatus" };
/** Routes of the contract that the client speaks before every API serves them. */
const COMING_ROUTES = [
  "GET /cases/{case_id}/documents/{document_id}/content",
  "GET /cases/{case_id}/documents/{document_id}/pages/{n}",
  "GET /cases/{case_id}/form",
  "PATCH /cases/{case_id}/form",
  "GET /cases/{case_id}/form/history",
  "POST /streams",
];
/** Refusals that no operation describes, since a router or a gateway makes them, or that come with the routes above. */
const OTHER_PROBLEMS = [
  ...["method_not_allowed", "too_many_requests", "too_many_documents", "document_unreadable"],
  ...["precondition_failed", "precondition_required"],
];
const SILENT = new Set(["title", "description", "examples", "default", "format"]);
const SOURCES = new URL("../src/", import.meta.url);
const PROJECT = new URL("../../", import.meta.url);
const SERVED = `
import json, app
from chalicelib.api.openapi import openapi_document
print(json.dumps(openapi_document(app.app.served, version="", prefix="")))`;

/**
 * The texts of src/api.ts and src/routes.ts for an OpenAPI document, by name.
 *
 * @param {any} document
 * @returns {Promise<Record<string, string>>}
 */
export async function apiTypes(document) {
  const components = renamed(document.components.schemas);
  /** @type {Record<string, any>} */
  const schemas = {};
  for (const name of SPOKEN) collect(name, components, schemas);
  const ast = await openapiTS(/** @type {any} */ ({ openapi: "3.1.0", info: document.info, components: { schemas } }), {
    emptyObjectsUnknown: true,
  });
  const types = astToString(ast)
    .replace(/^ *\/\*\* @enum .*\n/gm, "")
    .replace(/^ *\* @enum .*\n/gm, "")
    .replace(/@description /g, "");
  return {
    "api.ts": `// What the API sends and takes. ${GENERATED}\n\n${declared(types)}`,
    "routes.ts": `// Where the API is asked for what, and why it refuses. ${GENERATED}\n\n${tables(document.paths)}`,
  };
}

/**
 * Each schema as a type of its own, instead of a member of `components`.
 *
 * @param {string} types
 */
function declared(types) {
  const [, schemas = ""] = /^ {4}schemas: \{\n(.*?)^ {4}\};$/ms.exec(types) ?? [];
  return schemas
    .replace(/components\["schemas"\]\["(\w+)"\]/g, "$1")
    .replace(/^ {8}(\w+): \{$/gm, "export interface $1 {")
    .replace(/^ {8}\};$/gm, "}\n")
    .replace(/^ {8}(\w+): (.*);$/gm, "export type $1 = $2;\n")
    .replace(/^ {8}/gm, "")
    .replace(/^( {4})+/gm, (indent) => "  ".repeat(indent.length / 4))
    .replace(/\{\n *\[key: string\]: (.*);\n *\}/g, "Record<string, $1>")
    .replace(/^\/\*\*\n \* (.*)\n \*\/$/gm, "/** $1 */")
    .trim()
    .concat("\n");
}

/**
 * The routes, those that start an analysis by its name, and the codes of refusals.
 *
 * @param {Record<string, Record<string, any>>} paths
 */
function tables(paths) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
  );
  const routes = new Set([...operations.map(({ route }) => route), ...COMING_ROUTES]);
  const starts = operations.flatMap(({ route, operation }) => {
    const [, jobType] = /^start_(\w+)$/.exec(operation.operationId) ?? [];
    return jobType ? [`  ${jobType}: "${route}",`] : [];
  });
  const told = operations.flatMap(({ operation }) =>
    Object.entries(operation.responses).flatMap(([status, { description }]) =>
      Number(status) < 400 ? [] : [...description.matchAll(/`(\w+)`: /g)].map(([, code]) => code),
    ),
  );
  const codes = [...new Set([...told, ...OTHER_PROBLEMS])].sort();
  return [
    "/** Every method and path that the client may ask for. */",
    `export type Route =\n${[...routes].map((route) => `  | "${route}"`).join("\n")};\n`,
    "/** Where each analysis is started. */",
    `export const START_ROUTES = {\n${starts.join("\n")}\n} as const;\n`,
    "export type JobType = keyof typeof START_ROUTES;\n",
    "/** Why the API refuses a request. */",
    `export type ProblemCode =\n${codes.map((code) => `  | "${code}"`).join("\n")};\n`,
  ].join("\n");
}

/**
 * The schemas under the names that they have here.
 *
 * @param {Record<string, any>} schemas
 * @returns {Record<string, any>}
 */
function renamed(schemas) {
  const text = Object.entries(RENAMED).reduce(
    (all, [from, to]) => all.replaceAll(`"#/components/schemas/${from}"`, `"#/components/schemas/${to}"`),
    JSON.stringify(schemas),
  );
  const names = /** @type {Record<string, string>} */ (RENAMED);
  return Object.fromEntries(Object.entries(JSON.parse(text)).map(([name, schema]) => [names[name] ?? name, schema]));
}

const GENERATED = "Generated by scripts/api-types.mjs from its OpenAPI document; do not edit.";

/**
 * Copy a schema, and those it refers to, without what would only be repeated in comments.
 *
 * @param {string} name
 * @param {Record<string, any>} from
 * @param {Record<string, any>} to
 */
function collect(name, from, to) {
  if (name in to) return;
  const { description, ...schema } = from[name];
  to[name] = { description, ...silenced(schema) };
  for (const [, other] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    if (other) collect(other, from, to);
  }
}

/**
 * The schema without its annotations; members that happen to have such a name stay.
 *
 * @param {any} value
 * @returns {any}
 */
function silenced(value) {
  if (Array.isArray(value)) return value.map(silenced);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key]) => !SILENT.has(key));
  return Object.fromEntries(kept.map(([key, part]) => [key, key === "properties" ? members(part) : silenced(part)]));
}

/** @param {Record<string, any>} properties */
function members(properties) {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, silenced(schema)]));
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const python = fileURLToPath(new URL(".venv/bin/python", PROJECT));
  const served = execFileSync(python, ["-c", SERVED], { cwd: PROJECT, encoding: "utf8", maxBuffer: 2 ** 26 });
  for (const [name, text] of Object.entries(await apiTypes(JSON.parse(served)))) {
    writeFileSync(new URL(name, SOURCES), text);
  }
}
