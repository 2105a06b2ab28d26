/**
 * Where a recipe's own files say what a verdict may have to point at: the image, the healthcheck, the update policy, the
 * placement of each service. Of several files the last in docker's merge order speaks. Invariant: a span covers the text
 * that really holds the value (behind an alias or `<<`, that is the anchor's), and is null where the place is not sure.
 * Left out on purpose: what the values mean, and healthchecks that only the image has.
 */
import { isAlias, isCollection, isNode, isScalar, type Node, type Pair, visit } from "yaml";
import { readSources } from "./check-sources.ts";
import type { Sources } from "./complaint.ts";
import { childAt, type Source, type SourceSpan } from "./yaml-source.ts";

/** By the service's full name. A block goes from its key to the end of its value; of an image it is the value alone. */
export type DeclaredService = {
  service: string;
  image: SourceSpan | null;
  healthcheck: SourceSpan | null;
  updateConfig: SourceSpan | null;
  placement: SourceSpan | null;
};

type File = { source: Source; holders: ReadonlyMap<unknown, Pair> };
type Look = (file: File, path: readonly string[]) => SourceSpan | null;

/** `services` are those of the merged stack, as the files call them. */
export const declaredIn = (
  sources: Sources,
  services: readonly string[],
  fullName: (service: string) => string,
): DeclaredService[] => {
  const files = readSources(sources)
    .toReversed()
    .map((source) => ({ source, holders: holdersIn(source) }));
  return services.map((service) => {
    const last = (look: Look, ...keys: string[]) => lastOf(files, look, ["services", service, ...keys]);
    return {
      service: fullName(service),
      image: last(valueIn, "image"),
      healthcheck: last(blockIn, "healthcheck"),
      updateConfig: last(blockIn, "deploy", "update_config"),
      placement: last(blockIn, "deploy", "placement"),
    };
  });
};

/** Past a file that this parser cannot follow, nothing is sure: it may be the one that speaks. */
const lastOf = (files: readonly File[], look: Look, path: readonly string[]): SourceSpan | null => {
  for (const file of files) {
    if (file.source.broken !== null) return null;
    const span = look(file, path);
    if (span !== null) return span;
  }
  return null;
};

const valueIn: Look = ({ source, holders }, path) => {
  const child = childAt(source, path);
  const node = child && holderOf(source, holders, child).node;
  return isScalar(node) && node.value !== null && node.range
    ? source.spanOf(node.range[0], node.range[1])
    : null;
};

const blockIn: Look = ({ source, holders }, path) => {
  const child = childAt(source, path);
  if (child === null) return null;
  const { at, node } = holderOf(source, holders, child);
  if (!isNode(at) || !at.range || !isCollection(node)) return null;
  return source.spanOf(at.range[0], endOf(node));
};

type Holder = { at: unknown; node: unknown };

/** Behind an alias: the key whose value carries the anchor, or the value itself where it is an item of a list. */
const holderOf = ({ document }: Source, holders: File["holders"], { at, node }: Holder): Holder => {
  if (document === null || !isAlias(node)) return { at, node };
  const anchored = node.resolve(document);
  return { at: holders.get(anchored)?.key ?? anchored, node: anchored };
};

/** Each value that has a key, with its pair. */
const holdersIn = ({ document }: Source): Map<unknown, Pair> => {
  const holders = new Map<unknown, Pair>();
  if (document !== null) visit(document, { Pair: (_, pair) => void holders.set(pair.value, pair) });
  return holders;
};

/** A block collection's own range runs on over comments and blank lines, so its last leaf counts, or its last bracket. */
const endOf = (collection: Node): number => {
  let end = 0;
  visit(collection, {
    Node(_, node) {
      const isBlock = isCollection(node) && node.flow !== true;
      if (!isBlock) end = Math.max(end, node.range?.[1] ?? 0);
    },
  });
  return end;
};
