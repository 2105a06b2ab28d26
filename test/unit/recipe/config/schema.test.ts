/** What is published about testme.yml, against what is in force. */
import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, expectTypeOf, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { RecipeConfigYaml } from "../../../../src/recipe/config/schema.ts";
import { STAGE_NAMES, type StageName } from "../../../../src/recipe/config/stage-names.ts";
import { parseRecipeConfig } from "../../../../src/recipe/recipe-config.ts";
import { STAGES, type StageName as Taken } from "../../../../src/stages/stage.ts";

const published = new URL("../../../../docs/testme.schema.json", import.meta.url);
const reference = new URL("../../../../docs/testme-yml.md", import.meta.url);

const example = async (): Promise<string> => {
  const [, text] = /```yaml\n(.*?)```/s.exec(await readFile(reference, "utf8")) ?? [];
  if (text === undefined) throw new Error("the reference shows no example");
  return text;
};
const publishedSchema = async () =>
  new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(
    JSON.parse(await readFile(published, "utf8")),
  );

/** Each key by its path; a name that the recipe chooses is `*`. */
const keysOf = (schema: unknown, above = ""): string[] => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return keysOf(schema.unwrap(), above);
  if (schema instanceof z.ZodArray) return keysOf(schema.element, above);
  if (schema instanceof z.ZodRecord) return keysOf(schema.valueType, `${above}*.`);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, value]) => [
    `${above}${key}`,
    ...keysOf(value, `${above}${key}.`),
  ]);
};
const isDescribed = (schema: unknown): boolean =>
  schema instanceof z.ZodType && (schema.description ?? "").length > 10;
const undescribed = (schema: unknown): string[] => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return undescribed(schema.unwrap());
  if (schema instanceof z.ZodArray) return undescribed(schema.element);
  if (schema instanceof z.ZodRecord) return undescribed(schema.valueType);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, value]) => [
    ...(isDescribed(value) ? [] : [key]),
    ...undescribed(value),
  ]);
};

test("the stages that testme.yml may name are those that there are", () => {
  expect([...STAGE_NAMES]).toEqual([...STAGES]);
  expectTypeOf<StageName>().toEqualTypeOf<Taken>();
});

test("each key is described", () => {
  expect(undescribed(RecipeConfigYaml)).toEqual([]);
});

test("the published schema is the one in force: `vitest -u` writes it anew", async () => {
  const schema = { title: "testme.yml", ...z.toJSONSchema(RecipeConfigYaml, { io: "input" }) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published.pathname);
});

test("the reference's example holds, and shows each key", async () => {
  const text = await example();
  expect(parseRecipeConfig(text)).toMatchObject({
    is: "config",
    config: { runOnPush: true, memoryBytes: 2 ** 31 },
  });
  const shown = new Set<string>();
  const look = (value: unknown, above: string): void => {
    if (Array.isArray(value)) for (const item of value) look(item, above);
    else if (typeof value === "object" && value !== null)
      for (const [key, inside] of Object.entries(value)) {
        shown.add(`${above}${key}`);
        look(inside, `${above}${above === "dependencies." ? "*" : key}.`);
      }
  };
  look(parse(text), "");
  expect(keysOf(RecipeConfigYaml).filter((key) => !shown.has(key))).toEqual([]);
});

test.each([
  ["nothing", {}, true],
  ["bare numbers and words as texts", { env: { A: 1.1, B: true }, upgrade: { from: 1.1 } }, true],
  ["a probe of both kinds", { probes: [{ http: "/", tcp: 1 }] }, false],
  ["a probe of neither", { probes: [{ service: "app" }] }, false],
  ["an unknown key", { stage: [] }, false],
  ["an unknown stage", { stages: ["instal"] }, false],
  ["a duration without a unit", { timeouts: { probe: 5 } }, false],
  ["a variable that is no name", { env: { "a-b": "c" } }, false],
  ["a path upwards", { overlay: "../compose.yml" }, false],
])("the published schema judges %s", async (_, data, isRight) => {
  const takes = await publishedSchema();
  expect(takes(data), JSON.stringify(takes.errors)).toBe(isRight);
});

test("the published schema takes the reference's example", async () => {
  const takes = await publishedSchema();
  expect(takes(parse(await example())), JSON.stringify(takes.errors)).toBe(true);
});
