/** What is wrong with testme.yml in the words of its maintainer: the path of each place, what is wrong there, and what would be right. */
import { closest, distance } from "fastest-levenshtein";
import * as z from "zod";
import { type Misplaced, wrongAcross } from "./across.ts";
import { quoted } from "./quoted.ts";
import type { Path } from "./read-yaml.ts";
import { RecipeConfigYaml } from "./schema.ts";

export type Read = { is: "right"; yaml: RecipeConfigYaml } | { is: "wrong"; places: Misplaced[] };

export const readData = (data: unknown): Read => {
  const parsed = RecipeConfigYaml.safeParse(data, { error: inWords });
  const places = [...(parsed.error?.issues.flatMap(placesOf) ?? []), ...wrongAcross(data)];
  return parsed.success && places.length === 0 ? { is: "right", yaml: parsed.data } : { is: "wrong", places };
};

/** `tests[0].timeout`, between backticks. */
export const shownPath = (path: Path): string => quoted(path.map(step).join(""), LONGEST_PATH);
const LONGEST_PATH = 120;

const step = (at: PropertyKey, nth: number): string => {
  if (typeof at === "number") return `[${at}]`;
  const key = String(at);
  return `${nth === 0 ? "" : "."}${key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY)}…` : key}`;
};

const placesOf = (issue: z.core.$ZodIssue): Misplaced[] => {
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(RecipeConfigYaml, issue.path);
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      reason: `is unknown here${insteadOf(key, known)}`,
    }));
  }
  if (issue.code === "invalid_key")
    return issue.issues.map(({ message }) => ({ path: issue.path, reason: message }));
  return [{ path: issue.path, reason: issue.message }];
};

/** Where a schema has no words of its own. */
const inWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "is missing";
      return issue.input === null ? "is empty" : `must be ${typeInWords(issue.expected)}`;
    case "invalid_value":
      return `is ${quoted(String(issue.input))}, which is none of them${insteadOf(String(issue.input), issue.values.map(String))}`;
    case "invalid_key":
      return "is no name";
    case "too_small":
      return `must ${issue.origin === "array" ? "hold" : "be"} at least ${issue.minimum}`;
    case "too_big":
      return `must ${issue.origin === "array" ? "hold" : "be"} at most ${issue.maximum}`;
    default:
      return undefined;
  }
};

const TYPES: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  string: "a text",
  boolean: "`true` or `false`",
  int: "a whole number",
  number: "a number",
};
const typeInWords = (expected: string): string => TYPES[expected] ?? expected;

/** Only a near miss is worth a question. */
const insteadOf = (written: string, known: readonly string[]): string => {
  if (known.length === 0 || written.length > LONGEST_KEY) return "";
  const near = closest(written.toLowerCase(), known);
  return distance(written.toLowerCase(), near) <= Math.max(1, near.length / 2)
    ? `: did you mean \`${near}\`?`
    : ` (there is ${known.join(", ")})`;
};
const LONGEST_KEY = 40;

/** The keys that a place may have, by the schema. */
const knownKeys = (schema: unknown, path: Path): string[] => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return knownKeys(schema.unwrap(), path);
  const [step, ...rest] = path;
  if (schema instanceof z.ZodRecord) return knownKeys(schema.valueType, rest);
  if (schema instanceof z.ZodArray) return knownKeys(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  return step === undefined ? Object.keys(schema.shape) : knownKeys(schema.shape[String(step)], rest);
};
