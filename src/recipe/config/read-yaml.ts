/**
 * The text of testme.yml as plain data, and the line of each place in it. Invariant: nothing here costs more than the text is long: it
 * is small, aliases are counted before they are unfolded, and what nests too deep for the parser is no testme.yml.
 */
import {
  type Document,
  isAlias,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
import { childrenIn } from "../yaml-source.ts";
import { quoted } from "./quoted.ts";

export type Path = readonly PropertyKey[];
export type ConfigText = {
  data: unknown;
  /** The line of the key there, or of the nearest place above that exists. */
  lineOf: (path: Path) => number | null;
  /** What is wrong with it as YAML, and leaves the rest readable. */
  wrong: readonly Wrong[];
};
export type Wrong = { line: number | null; reason: string };

const LONGEST_KIB = 64;
const MOST_ALIASES = 50;
const TOO_DEEP = "is nested too deep to be read";

export const readConfigText = (text: string): ConfigText | { unreadable: readonly Wrong[] } => {
  if (isTooLong(text)) return unreadable(`is larger than ${LONGEST_KIB} KiB`);
  try {
    return read(text);
  } catch (error) {
    // The parser recurses.
    if (error instanceof RangeError) return unreadable(TOO_DEEP);
    // So it says that aliases unfold to too much, or to themselves.
    if (error instanceof ReferenceError)
      return unreadable("has aliases of aliases that unfold to too much, or to themselves");
    throw error;
  }
};

const unreadable = (reason: string): { unreadable: readonly Wrong[] } => ({
  unreadable: [{ line: null, reason }],
});

const isTooLong = (text: string): boolean =>
  text.length > LONGEST_KIB * 1024 || new TextEncoder().encode(text).length > LONGEST_KIB * 1024;

const read = (text: string): ConfigText | { unreadable: readonly Wrong[] } => {
  const counter = new LineCounter();
  // At "silent" it would be silent of a second document as well.
  const document = parseDocument(text, {
    lineCounter: counter,
    merge: true,
    prettyErrors: false,
    logLevel: "error",
  });
  const said = [...document.errors, ...document.warnings];
  if (said.some(({ message }) => message.includes("Maximum call stack"))) return unreadable(TOO_DEEP);
  const inYaml = said.map(({ code, message, pos: [at] }) => ({
    line: counter.linePos(at).line,
    reason:
      code === "MULTIPLE_DOCS"
        ? "begins a second document, which nobody reads"
        : `is not valid YAML: ${quoted(firstLine(message), 200)}`,
  }));
  if (document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) return { unreadable: inYaml };
  const lineAt = (node: unknown): number | null =>
    isNode(node) && node.range ? counter.linePos(node.range[0]).line : null;
  const inNodes = wrongNodes(document).map(({ node, reason }) => ({ line: lineAt(node), reason }));
  if (inNodes.length > 0) return { unreadable: [...inYaml, ...inNodes] };
  keepTexts(document);
  const data = plainOf(document);
  if (data === null)
    return { unreadable: [...inYaml, { line: null, reason: "merges (`<<`) what is no mapping" }] };
  return {
    data: data.plain ?? {},
    lineOf: (path) => lineAt(nodeAt(document, path)),
    wrong: inYaml,
  };
};

/** Null where a merge key has nothing to merge: the parser throws then. */
const plainOf = (document: Document): { plain: unknown } | null => {
  try {
    return { plain: document.toJS({ maxAliasCount: MOST_ALIASES }) };
  } catch (error) {
    if (error instanceof Error && /merge/i.test(error.message)) return null;
    throw error;
  }
};

/** Its first line; of several the rest is an excerpt of the file. */
const firstLine = (message: string): string => message.split("\n", 1)[0] ?? message;

type WrongNode = { node: unknown; reason: string };

/** What cannot become plain data, or not at a bearable price: to look up one alias the parser goes through the whole file. */
const wrongNodes = (document: Document): WrongNode[] => {
  const found: WrongNode[] = [];
  let aliases = 0;
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value === "__proto__")
        found.push({ node: key, reason: "`__proto__` is no name" });
    },
    Alias(_, node) {
      aliases += 1;
      if (aliases > MOST_ALIASES) {
        found.push({ node, reason: `has more than ${MOST_ALIASES} aliases` });
        return visit.BREAK;
      }
      if (node.resolve(document) === undefined)
        found.push({
          node,
          reason: `${quoted(`*${node.source}`)} refers to an anchor that does not exist above it`,
        });
      return undefined;
    },
  });
  return found;
};

/** Where what looks like a number or a yes is a text, as it stands there: by its key, or by the key of the mapping that it is in. */
const TEXT_KEYS = new Set<unknown>(["expect", "version", "from", "command"]);
const TEXT_MAPPINGS = new Set<unknown>(["env", "secrets"]);

const keepTexts = (document: Document): void => {
  visit(document, {
    Scalar(at, scalar, above) {
      const isText = typeof scalar.value === "string" || scalar.value === null;
      if (at === "key" || isText || scalar.source === undefined) return;
      const [own, mapping] = above.filter(isPair).map(keyOf).toReversed();
      if (TEXT_KEYS.has(own) || TEXT_MAPPINGS.has(mapping)) scalar.value = scalar.source;
    },
  });
};

const keyOf = ({ key }: Pair): unknown => (isScalar(key) ? key.value : null);

/** The key of a mapping, the item of a list, or the nearest above that is there. */
const nodeAt = (document: Document, path: Path): unknown => {
  let [at, node]: [unknown, unknown] = [document.contents, document.contents];
  for (const step of path) {
    const list = isAlias(node) ? node.resolve(document) : node;
    const child = childrenIn({ document }, node).get(String(step));
    const item = isSeq(list) ? list.items[Number(step)] : undefined;
    if (child === undefined && item === undefined) return at;
    [at, node] = child ? [child.at, child.node] : [item, item];
  }
  return at;
};
