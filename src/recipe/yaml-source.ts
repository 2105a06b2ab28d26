/**
 * A recipe file as YAML that remembers its lines: where it breaks, and on which line a dotted path of docker's stands.
 * Invariant: nothing here decides whether a file is good (docker does); it only points. Aliases and `<<` are followed,
 * never unfolded, and only so many, so a bomb of aliases costs nothing. Left out on purpose: every document after the first, as in docker.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from "yaml";

export type Source = {
  file: string;
  /** Null where there is nothing to look into: empty, too large or with too many aliases to search, or broken. */
  document: Document | null;
  broken: { line: number | null; reason: string } | null;
  lineAt: (node: unknown) => number | null;
  /** From one offset to the other, without the white space before the end. */
  spanOf: (start: number, end: number) => SourceSpan;
};

/**
 * A piece of a file: 1-based, the end included. A column counts characters (Unicode code points): a tab is one, and so is
 * an emoji, which is two to JavaScript. GitHub says only that its columns start at 1. A CR is of no column.
 */
export type SourceSpan = {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
};

/** Searching costs the square of a mapping's size; no recipe file comes near this many characters. */
const longestSource = 200_000;

export function readSource(file: string, text: string): Source {
  const counter = new LineCounter();
  const lineAt = (node: unknown): number | null =>
    isNode(node) && node.range ? counter.linePos(node.range[0]).line : null;
  const spanOf = (start: number, end: number) => spanIn(file, text, counter, start, end);
  const unread = (reason: string | null): Source => ({
    file,
    document: null,
    broken: reason === null ? null : { line: null, reason },
    lineAt,
    spanOf,
  });
  if (text.length > longestSource) return unread(null);
  try {
    const documents = parseAllDocuments(text, { lineCounter: counter, merge: true, prettyErrors: false });
    const document: Document | null = documents[0] ?? null;
    if (document !== null && hasTooManyAliases(document)) return unread(null);
    const broken = document === null ? null : breakOf(document, counter);
    return { file, document, broken, lineAt, spanOf };
  } catch (error) {
    // The parser recurses: what nests too deep for it ends in a RangeError, and is no recipe.
    if (error instanceof RangeError) return unread("nested too deep to be read");
    throw error;
  }
}

function spanIn(file: string, text: string, counter: LineCounter, start: number, end: number): SourceSpan {
  const last = start + Math.max(1, text.slice(start, end).trimEnd().length) - 1;
  const { line } = counter.linePos(start);
  const { line: endLine } = counter.linePos(last);
  const column = (ofLine: number, offset: number): number =>
    [...text.slice(counter.lineStarts[ofLine - 1] ?? 0, offset + 1)].length;
  return { file, line, column: column(line, start), endLine, endColumn: column(endLine, last) };
}

/** More cost more than they can be worth: each is looked up on its own, in the whole file. */
const mostAliases = 1_000;

const hasTooManyAliases = (document: Document): boolean => {
  let count = 0;
  visit(document, {
    Alias() {
      count += 1;
      return count > mostAliases ? visit.BREAK : undefined;
    },
  });
  return count > mostAliases;
};

function breakOf(document: Document, counter: LineCounter): Source["broken"] {
  const error = document.errors[0];
  if (error !== undefined) {
    const { line, col } = counter.linePos(error.pos[0]);
    return { line, reason: `${error.message} (column ${col})` };
  }
  let broken: Source["broken"] = null;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      const line = alias.range ? counter.linePos(alias.range[0]).line : null;
      broken = { line, reason: `the anchor &${alias.source} that *${alias.source} refers to does not exist` };
      return visit.BREAK;
    },
  });
  return broken;
}

/** `depth` counts the keys that were found on the way; `isWhole` says that none is missing. */
export type Found = { line: number | null; node: unknown; depth: number; isWhole: boolean };

/** Follows `services.app.ports.0`. Keys may hold dots themselves, so the longest key that fits is taken. */
export function follow(source: Source, path: string): Found {
  const document = source.document;
  let found: Found = {
    line: source.lineAt(document?.contents),
    node: document?.contents,
    depth: 0,
    isWhole: false,
  };
  let rest = path;
  while (rest !== "" && document !== null) {
    const next = childOf(document, found.node, rest);
    if (next === null) return found;
    found = { line: source.lineAt(next.at), node: next.node, depth: found.depth + 1, isWhole: false };
    rest = rest.slice(next.key.length + 1);
  }
  return { ...found, isWhole: true };
}

/** What a key holds: the key's own node, and its value as it is written there, alias or not. */
export type Child = { key: string; at: unknown; node: unknown };

/** Follows whole keys, one by one; null where one of them is not there. */
export function childAt(source: Source, keys: readonly string[]): Child | null {
  const document = source.document;
  if (document === null) return null;
  let child: Child = { key: "", at: null, node: document.contents };
  for (const key of keys) {
    const next = childWithKey(document, child.node, key);
    if (next === null) return null;
    child = next;
  }
  return child;
}

/** The keys of the mapping at a path, those that `<<` brings in among them; none where there is no mapping. */
export const keysAt = (source: Source, path: readonly string[]): string[] => [
  ...childrenIn(source, childAt(source, path)?.node).keys(),
];

/** The text at a path as it is written there, behind an alias too, with its line; null where there is none. */
export function textAt(
  source: Source,
  path: readonly string[],
): { text: string; line: number | null } | null {
  const child = childAt(source, path);
  const node = source.document === null || child === null ? null : resolved(source.document, child.node);
  return isScalar(node) && node.value !== null
    ? { text: String(node.source ?? node.value), line: source.lineAt(node) }
    : null;
}

/** What a mapping holds, each key once: its own first, then those that `<<` brings in. None where the node is no mapping. */
export function childrenIn({ document }: Pick<Source, "document">, node: unknown): Map<string, Child> {
  const map = document === null ? null : resolved(document, node);
  const found = new Map<string, Child>();
  if (document === null || !isMap(map)) return found;
  for (const child of childrenOf(document, map)) if (!found.has(child.key)) found.set(child.key, child);
  return found;
}

function childWithKey(document: Document, parent: unknown, key: string): Child | null {
  const map = resolved(document, parent);
  if (isMap(map)) for (const child of childrenOf(document, map)) if (child.key === key) return child;
  return null;
}

function childOf(document: Document, parent: unknown, rest: string): Child | null {
  const node = resolved(document, parent);
  if (isMap(node)) return childOfMap(document, node, rest);
  // Docker writes `[]` for "some item of this list".
  if (isSeq(node) && rest.startsWith("[]")) return { key: "[]", at: node, node };
  const key = isSeq(node) ? /^\d+(?=\.|$)/.exec(rest)?.[0] : undefined;
  if (!isSeq(node) || key === undefined) return null;
  const item = node.items[Number(key)];
  return item === undefined ? null : { key, at: item, node: item };
}

function childOfMap(document: Document, map: YAMLMap, rest: string): Child | null {
  let longest: Child | null = null;
  for (const child of childrenOf(document, map)) {
    const fits = rest === child.key || rest.startsWith(`${child.key}.`);
    if (fits && child.key.length > (longest?.key.length ?? -1)) longest = child;
  }
  return longest;
}

/** Own keys first, then those that `<<` brings in; `depth` ends an anchor that contains itself. */
function* childrenOf(document: Document, map: YAMLMap, depth = 0): Generator<Child> {
  const merged: unknown[] = [];
  for (const pair of map.items) {
    const key = keyOf(pair);
    if (key === "<<") merged.push(...(isSeq(pair.value) ? pair.value.items : [pair.value]));
    else yield { key, at: pair.key, node: pair.value };
  }
  if (depth > 8) return;
  for (const item of merged) {
    const node = resolved(document, item);
    if (isMap(node)) yield* childrenOf(document, node, depth + 1);
  }
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : "");

const resolved = (document: Document, node: unknown): unknown =>
  isAlias(node) ? node.resolve(document) : node;

/** The first scalar, key or value, at or below a node whose text fits. */
export function findScalar(
  node: unknown,
  fits: (text: string, isKey: boolean) => boolean,
): { node: Node; text: string } | null {
  if (!isNode(node)) return null;
  let found: { node: Node; text: string } | null = null;
  visit(node, {
    Scalar(key, scalar) {
      const text = String(scalar.value);
      if (!fits(text, key === "key")) return undefined;
      found = { node: scalar, text };
      return visit.BREAK;
    },
  });
  return found;
}
