/**
 * GitHub's own description of its API (OpenAPI, with its examples), so that the stand-in judges requests by GitHub's
 * rules and shapes its answers after GitHub's examples, not after what we believe. Loaded once, when first asked.
 * What GitHub enforces and does not describe (rest.ts: no completion without a conclusion, limits in bytes) is not here.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

export type Json = Record<string, unknown>;
export type Method = "get" | "post" | "patch";
type Content = { "application/json"?: { examples?: Record<string, { $ref?: string; value?: unknown }> } };
type Operation = {
  operationId: string;
  requestBody?: { content: Content };
  parameters?: { $ref?: string; name?: string; in?: string }[];
  responses: Record<string, { content?: Content }>;
};
type Description = {
  paths: Record<string, Partial<Record<Method, Operation>>>;
  components: {
    examples: Record<string, { value: unknown }>;
    parameters: Record<string, { name: string; in: string }>;
  };
};

/** Parameters that are text even where they are all digits. */
const TEXTS = ["check_name", "cursor"];

let loaded: { description: Description; ajv: Ajv } | undefined;
const compiled = new Map<string, ValidateFunction>();

function load() {
  if (loaded === undefined) {
    const file = createRequire(import.meta.url).resolve("@octokit/openapi/generated/api.github.com.json");
    // A parse border: the description follows the OpenAPI document shape, pinned by the lock file.
    const description = JSON.parse(readFileSync(file, "utf8")) as Description;
    const ajv = new Ajv({
      strict: false,
      logger: false,
      validateFormats: false,
      allErrors: true,
      verbose: true,
    });
    untangle(description);
    loaded = { description, ajv: ajv.addSchema(description, "github") };
  }
  return loaded;
}

/** GitHub writes `nullable` without a type, beside `allOf` and the like; ajv wants the null said. */
function untangle(part: unknown): void {
  if (typeof part !== "object" || part === null) return;
  const schema = part as Json; // any part of the description, seen as its keys
  if (schema.nullable === true && schema.type === undefined) {
    const { nullable: _, ...rest } = schema;
    for (const key of Object.keys(schema)) delete schema[key];
    schema.anyOf = [rest, { type: "null" }];
  }
  for (const inner of Object.values(schema)) untangle(inner);
}

function operationAt(method: Method, template: string): Operation {
  const operation = load().description.paths[template]?.[method];
  if (operation === undefined) throw new Error(`GitHub does not describe ${method} ${template}`);
  return operation;
}

/** What GitHub would refuse in a request, in words; none when it is well formed. */
export function refusals(method: Method, template: string, query: URLSearchParams, body: unknown): string[] {
  const operation = operationAt(method, template);
  const path = ["paths", template, method];
  const wrong: string[] = [];
  for (const [i, parameter] of (operation.parameters ?? []).entries()) {
    const name = parameter.$ref?.split("/").at(-1) ?? "";
    const described =
      parameter.$ref === undefined ? parameter : load().description.components.parameters[name];
    const given = described?.in === "query" ? query.get(described.name ?? "") : null;
    const at =
      parameter.$ref === undefined ? [...path, "parameters", String(i)] : ["components", "parameters", name];
    // A query is text; GitHub reads digits as a number.
    const value =
      given !== null && /^\d+$/.test(given) && !TEXTS.includes(described?.name ?? "") ? Number(given) : given;
    if (value !== null) wrong.push(...errorsOf([...at, "schema"], value, described?.name ?? ""));
  }
  if (operation.requestBody?.content["application/json"] !== undefined) {
    const schema = [...path, "requestBody", "content", "application/json", "schema"];
    wrong.push(...errorsOf(schema, body ?? {}, "body"));
  }
  return wrong;
}

/** Where the stand-in itself would lie about GitHub's shapes. */
export function lies(method: Method, template: string, status: number, body: unknown): string[] {
  const content = operationAt(method, template).responses[status]?.content?.["application/json"];
  if (content === undefined || body === undefined) return [];
  const path = [
    "paths",
    template,
    method,
    "responses",
    String(status),
    "content",
    "application/json",
    "schema",
  ];
  return errorsOf(path, body, "answer");
}

/** A copy of GitHub's example of that answer, told of another repository and another address. */
export function exampleOf(method: Method, template: string, status: number): Json {
  const content = operationAt(method, template).responses[status]?.content?.["application/json"];
  const first = Object.values(content?.examples ?? {})[0];
  const named = load().description.components.examples[first?.$ref?.split("/").at(-1) ?? ""];
  const value = first?.value ?? named?.value;
  if (typeof value !== "object" || value === null) throw new Error(`no example of ${method} ${template}`);
  return structuredClone(value) as Json; // an object, as just seen
}

function errorsOf(path: string[], value: unknown, what: string): string[] {
  const pointer = path.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
  let validate = compiled.get(pointer);
  if (validate === undefined) {
    validate = load().ajv.compile({ $ref: `github#/${encodeURI(pointer)}` });
    compiled.set(pointer, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? [])
    .filter((error) => !isNullOfAnEnum(error))
    .map((error) => `${what}${error.instancePath} ${error.message ?? "is wrong"}`);
}

/** GitHub writes `nullable` beside an enum without null, and answers null: its own example of a run in progress does. */
const isNullOfAnEnum = ({ keyword, data, parentSchema }: ErrorObject): boolean =>
  keyword === "enum" && data === null && parentSchema?.nullable === true;

let examples: { name: string; examples: Json[] }[] | undefined;

/** GitHub's published example of that event and action. */
export function payloadExample(event: string, action: string): Json {
  if (examples === undefined) {
    const file = createRequire(import.meta.url).resolve("@octokit/webhooks-examples");
    examples = JSON.parse(readFileSync(file, "utf8")) as { name: string; examples: Json[] }[]; // see its index.d.ts
  }
  const all = examples.find(({ name }) => name === event)?.examples ?? [];
  const example = all.find((one) => one.action === action);
  if (example === undefined) throw new Error(`no published example of ${event}.${action}`);
  return structuredClone(example);
}
