/**
 * Values as a recipe's files write them, before anything is filled in, each with its file and line. Aliases and `<<` are followed.
 * Invariant: what is looked for and not there is null or empty, and never an error: docker has already taken these files.
 */
import { isAlias, isScalar, isSeq } from "yaml";
import { childrenIn, type Source } from "../yaml-source.ts";

export type Written = { source: Source; file: string; line: number | null; node: unknown };

/** One label or variable of a list (`- KEY=value`) or a mapping (`KEY: value`). Null: the key stands alone. */
export type Entry = {
  file: string;
  line: number | null;
  key: string;
  value: string | null;
  isInList: boolean;
};

export const rootOf = (source: Source): Written => ({
  source,
  file: source.file,
  line: null,
  node: source.document?.contents,
});

export const inside = ({ source, file, node }: Written): Map<string, Written> =>
  new Map(
    [...childrenIn(source, node)].map(([key, child]) => [
      key,
      { source, file, line: source.lineAt(child.at), node: child.node },
    ]),
  );

export const at = (written: Written, ...keys: readonly string[]): Written | null => {
  let found: Written | null = written;
  for (const key of keys) found = found && (inside(found).get(key) ?? null);
  return found;
};

/** Of several files the last speaks, as in docker's merge. */
export const lastAt = (parts: readonly Written[], ...keys: readonly string[]): Written | null =>
  parts.map((part) => at(part, ...keys)).findLast((found) => found !== null) ?? null;

export const textOf = (written: Written | null): string | null => {
  const node = written && resolved(written);
  return isScalar(node) && node.value !== null ? String(node.source ?? node.value) : null;
};

/** The items of a list. */
export const itemsOf = (written: Written | null): Written[] => {
  const node = written && resolved(written);
  if (written === null || !isSeq(node)) return [];
  const { source, file } = written;
  return node.items.map((item) => ({ source, file, line: source.lineAt(item), node: item }));
};

export const entriesOf = (written: Written | null): Entry[] => {
  if (written === null) return [];
  const { file } = written;
  const ofList = itemsOf(written).flatMap((item) => {
    const text = textOf(item);
    if (text === null) return [];
    const equals = text.indexOf("=");
    const [key, value] = equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
    return [{ file, line: item.line, key, value, isInList: true }];
  });
  const ofMap = [...inside(written)].map(([key, value]) => ({
    file,
    line: value.line,
    key,
    value: textOf(value),
    isInList: false,
  }));
  return [...ofList, ...ofMap];
};

const resolved = ({ source: { document }, node }: Written): unknown =>
  isAlias(node) && document !== null ? node.resolve(document) : node;
