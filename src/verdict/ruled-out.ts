/**
 * What else could have caused the same picture, and whether the record excludes it: a wrong checkout, a second run, a second
 * writer, a deploy that changed nothing, a rollback by hand. Each answer carries the facts that it rests on; where the record
 * lacks them the answer is `not-known`, and never a guess.
 */
import type { Commit } from "../recipe/commit.ts";
import { stackName } from "../recipe/domain.ts";
import type { Observation } from "./observation.ts";
import type { Rollout, SpecWrite } from "./rollout.ts";
import { ownUpdates } from "./rules/own-update.ts";

export type RuledOut = { is: "ruled-out" | "not-ruled-out" | "not-known" } & (
  | { what: "checkout"; because: { at: string; got: Commit; isDirty: boolean; wanted: Commit } | null }
  | { what: "second-run"; because: { at: string; by: readonly string[]; appDomain: string } | null }
  | { what: "second-writer"; because: Writers }
  | { what: "no-op"; because: Change }
  | { what: "manual-rollback"; because: ManualRollback }
);
/** `bareUpdates`: the engine's `update` events without an `updatestate`, one for each write that is not Swarm's updater's. */
export type Writers = {
  others: readonly SpecWrite[];
  bareUpdates: number;
  expected: number;
  isFirst: boolean;
  isCounted: boolean;
  isGapless: boolean;
};
/** `isSpecChanged`: null where the new spec was not seen live. */
export type Change = {
  isFirst: boolean;
  isWritten: boolean;
  isSpecChanged: boolean | null;
  newTasks: number;
};
export type ManualRollback = {
  by: "person" | "swarm" | null;
  at: string | null;
  message: string | null;
  isGapless: boolean;
};

/** For one rollout: `observations` are those of its whole stage. */
export const ruledOut = (observations: readonly Observation[], rollout: Rollout): readonly RuledOut[] => {
  const start = observations.findLastIndex((o) => o.is === "before");
  // The recorder's own words for the two accounts of a service: the event stream, and the reading of the stack.
  const isGapless = !rollout.notCaptured.some(({ what }) => /event|state/.test(what));
  return [
    checkout(observations.slice(0, start), rollout),
    secondRun(observations, rollout),
    secondWriter(observations.slice(start + 1), rollout, isGapless),
    noOp(rollout),
    manualRollback(rollout, isGapless),
  ];
};

const checkout = (earlier: readonly Observation[], { expectation }: Rollout): RuledOut => {
  const note = earlier.findLast((o) => o.is === "checked-out");
  if (!note) return { what: "checkout", is: "not-known", because: null };
  const { at, got, isDirty } = note;
  const isRight = got === expectation.commit && !isDirty;
  return {
    what: "checkout",
    is: isRight ? "ruled-out" : "not-ruled-out",
    because: { at, got, isDirty, wanted: expectation.commit },
  };
};

/** The lock of another app domain covers nothing here. */
const secondRun = (observations: readonly Observation[], { expectation }: Rollout): RuledOut => {
  const locks = observations.flatMap((o) =>
    o.is === "locked" && stackName(o.appDomain) === expectation.stack ? [o] : [],
  );
  const [first] = locks;
  if (!first) return { what: "second-run", is: "not-known", because: null };
  const by = [...new Set(locks.map((lock) => lock.by))];
  return {
    what: "second-run",
    is: by.length === 1 ? "ruled-out" : "not-ruled-out",
    because: { at: first.at, by, appDomain: first.appDomain },
  };
};

/**
 * Two accounts of one thing. The spec as it was read tells who changed what, and misses a write that changed nothing; the
 * engine's events count every write, and may be lost. On a first deploy the allocator may write once of its own.
 */
const secondWriter = (since: readonly Observation[], rollout: Rollout, isGapless: boolean): RuledOut => {
  const others = rollout.writes.filter(({ by }) => by === "other" || by === "person");
  const bareUpdates = bareUpdatesOf(since, rollout);
  const expected = isTouched(rollout) ? 1 : 0;
  const isFirst = rollout.before === null;
  // The `create` event shows that the stream was heard.
  const isCounted = isFirst ? isCreateHeard(since, rollout) : bareUpdates === expected;
  const because: Writers = { others, bareUpdates, expected, isFirst, isCounted, isGapless };
  if (others.length > 0 || bareUpdates > expected)
    return { what: "second-writer", is: "not-ruled-out", because };
  return { what: "second-writer", is: isCounted && isGapless ? "ruled-out" : "not-known", because };
};

const isCreateHeard = (since: readonly Observation[], { service }: Rollout): boolean =>
  since.some((o) => o.is === "event" && o.event.action === "create" && o.event.service === service);

/** A write may leave the spec as it was: a deploy writes every service anew. */
const isTouched = ({ before, history }: Rollout): boolean =>
  before === null || history.some(({ service }) => service.version !== before.service.version);

/** A reconnected stream may bring an event twice. */
const bareUpdatesOf = (since: readonly Observation[], { service, beganAt }: Rollout): number =>
  new Set(
    since.flatMap((o) =>
      o.is === "event" &&
      o.event.type === "service" &&
      o.event.action === "update" &&
      o.event.service === service &&
      o.event.updateState === null &&
      Date.parse(o.event.at) >= Date.parse(beganAt)
        ? [o.event.at]
        : [],
    ),
  ).size;

const noOp = (rollout: Rollout): RuledOut => {
  const older = new Set(rollout.olderTasks.map((t) => t.id));
  const seen = new Set(rollout.readings.flatMap((r) => r.tasks.map((t) => t.id)));
  const newTasks = [...seen].filter((id) => !older.has(id)).length;
  const isFirst = rollout.before === null;
  const isSpecChanged = rollout.writes.some(({ by }) => by === "deploy")
    ? true
    : isTouched(rollout) && rollout.applied === null
      ? null
      : false;
  const because: Change = { isFirst, isWritten: isTouched(rollout), isSpecChanged, newTasks };
  const hasRolled = newTasks > 0 && rollout.stamped.some((id) => !older.has(id));
  if (hasRolled || (isSpecChanged === true && (isFirst || newTasks > 0)))
    return { what: "no-op", is: "ruled-out", because };
  return { what: "no-op", is: isSpecChanged === null ? "not-known" : "not-ruled-out", because };
};

/** Swarm's own rollback drops PreviousSpec; one that a person asked for keeps the newer spec there. */
const manualRollback = (rollout: Rollout, isGapless: boolean): RuledOut => {
  const what = "manual-rollback";
  const rollbacks = ownUpdates(rollout).filter((s) => s.service.update?.state.startsWith("rollback_"));
  const isPersons = (s: (typeof rollbacks)[number]) =>
    s.service.previous !== null || s.service.update?.message === "manually requested rollback";
  const seen = rollbacks.find(isPersons) ?? rollbacks[0];
  const by = seen ? (isPersons(seen) ? "person" : "swarm") : null;
  const because: ManualRollback = {
    by,
    at: seen?.at ?? null,
    message: seen?.service.update?.message ?? null,
    isGapless,
  };
  if (by === "person") return { what, is: "not-ruled-out", because };
  return { what, is: by === "swarm" || isGapless ? "ruled-out" : "not-known", because };
};
