/**
 * What is wrong between several places of testme.yml, which no single one shows: a value that refers to a dependency that is not there, a
 * name that is given twice. It looks at plain data of any shape, so that this is told beside whatever else is wrong.
 */
import { referencesIn, wrongReferences } from "./outputs.ts";
import { quoted } from "./quoted.ts";
import type { Path } from "./read-yaml.ts";

export type Misplaced = { path: Path; reason: string };

export const wrongAcross = (data: unknown): Misplaced[] => {
  const dependencies = Object.keys(mappingOf(valueAt(data, "dependencies")));
  const refersWrongly = ({ path, text }: Found): Misplaced[] =>
    wrongReferences(text, dependencies).map((reason) => ({ path, reason }));
  return [
    ...textsAt(data, ["env"]).flatMap(refersWrongly),
    ...textsAt(data, ["secrets"]).flatMap(refersWrongly),
    ...listOf(valueAt(data, "tests")).flatMap((_, at) =>
      textsAt(data, ["tests", at, "env"]).flatMap(refersWrongly),
    ),
    ...dependencies.flatMap((name) =>
      ["env", "secrets"].flatMap((key) => textsAt(data, ["dependencies", name, key]).flatMap(refersAtAll)),
    ),
    ...["markers", "tests"].flatMap((key) => repeatedNames(data, key)),
  ];
};

type Found = { path: Path; text: string };

/** They are deployed one after the other, and none of them waits for what another turns out to be. */
const refersAtAll = ({ path, text }: Found): Misplaced[] =>
  referencesIn(text).map((written) => ({
    path,
    reason: `${quoted(written)}: the values of a dependency cannot refer to dependencies; for the text itself write ${quoted(`$${written}`)}`,
  }));

const repeatedNames = (data: unknown, key: string): Misplaced[] => {
  const seen = new Set<unknown>();
  return listOf(valueAt(data, key)).flatMap((item, at) => {
    const name = valueAt(item, "name");
    const isRepeated = typeof name === "string" && seen.has(name);
    seen.add(name);
    return isRepeated ? [{ path: [key, at, "name"], reason: "is the name of another one above" }] : [];
  });
};

const textsAt = (data: unknown, path: Path): Found[] =>
  Object.entries(mappingOf(path.reduce(valueAt, data))).flatMap(([name, text]) =>
    typeof text === "string" ? [{ path: [...path, name], text }] : [],
  );

const valueAt = (data: unknown, key: PropertyKey): unknown =>
  typeof data === "object" && data !== null && Object.hasOwn(data, key) ? Reflect.get(data, key) : undefined;

const mappingOf = (value: unknown): object =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
