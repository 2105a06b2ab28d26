/**
 * Whose turn it is. Repositories take turns: the one whose last turn is longest ago comes first. Within a repository it is first
 * come, first served, except that a run of one stage alone (somebody pressed Re-run on one check) goes before longer ones, and
 * never twice in a row: so every run comes up within twice the number of runs before it. A run whose app domain is held by
 * another is passed over and keeps its place.
 */
import type { Run } from "./run.ts";

/** `repository` is `owner/name`, or empty for a run from a terminal. */
export type Waiting = { run: Run; repository: string; appDomain: string };
/** The last run that a repository had its turn with. */
export type Turn = { repository: string; isShort: boolean; at: string };
/** How long a stage took that came to a verdict. */
export type Past = { repository: string; stage: Run["stages"][number]; ms: number };

export type Line = {
  /** In the order in which they were accepted. */
  waiting: readonly Waiting[];
  /** App domains that somebody holds. */
  held: ReadonlySet<string>;
  turns: readonly Turn[];
};

export const isShort = ({ stages }: Run): boolean => stages.length === 1;

export const repositoryOf = ({ source }: Run): string =>
  source.is === "pull-request" ? `${source.owner}/${source.repo}` : "";

/** Null where none can begin. */
export const nextOf = ({ waiting, held, turns }: Line): Waiting | null => {
  const last = new Map(turns.map((turn) => [turn.repository, turn]));
  const candidates = new Map<string, Waiting>();
  for (const one of waiting) {
    if (held.has(one.appDomain)) continue;
    const before = candidates.get(one.repository);
    const mayOvertake = isShort(one.run) && !last.get(one.repository)?.isShort;
    if (!before || (mayOvertake && !isShort(before.run))) candidates.set(one.repository, one);
  }
  let next: Waiting | null = null;
  const lastTurn = (one: Waiting): string => last.get(one.repository)?.at ?? "";
  // A map keeps the order of its keys, so among repositories of equal rights the longest waiting comes first.
  for (const one of candidates.values()) if (!next || lastTurn(one) < lastTurn(next)) next = one;
  return next;
};

/** All that wait, in the order of their turns, supposing that nobody else comes and every app domain gets free in time. */
export const lineOf = ({ waiting, turns }: Omit<Line, "held">): Waiting[] => {
  const repositories = Map.groupBy(waiting, ({ repository }) => repository);
  const last = new Map(turns.map((turn) => [turn.repository, turn]));
  // A map keeps the order of its keys, and sorting the order of equals: the longest waiting comes first.
  const order = [...repositories.keys()].toSorted((a, b) =>
    (last.get(a)?.at ?? "").localeCompare(last.get(b)?.at ?? ""),
  );
  const queues = order.map((repository) =>
    turnsWithin(repositories.get(repository) ?? [], last.get(repository)?.isShort ?? false),
  );
  const longest = Math.max(0, ...queues.map((queue) => queue.length));
  return Array.from({ length: longest }, (_, round) => queues.flatMap((queue) => queue[round] ?? [])).flat();
};

/** One repository's runs in the order of their turns; `wasShort`: its last turn was a short run's. */
const turnsWithin = (waiting: readonly Waiting[], wasShort: boolean): Waiting[] => {
  const left = new Set(waiting);
  const short = new Set(waiting.filter(({ run }) => isShort(run)));
  const inOrder: Waiting[] = [];
  let mayOvertake = !wasShort;
  while (left.size > 0) {
    // A set keeps the order in which it was made.
    const [oldestShort] = short;
    const [oldest] = left;
    const next = (mayOvertake && oldestShort) || oldest;
    if (!next) break;
    left.delete(next);
    short.delete(next);
    inOrder.push(next);
    mayOvertake = !isShort(next.run);
  }
  return inOrder;
};
