/**
 * Observations in, verdict out. The rules are asked top down for each service and the first to speak decides: state before
 * stamp, because a rollback changes the stamp and a wrong stamp never causes a rollback. One service's finding is the
 * stack's; a service that only waits holds the others up until the deadline.
 */
import type { Fault } from "./fault.ts";
import type { Finding } from "./finding.ts";
import type { Observation } from "./observation.ts";
import { type Rollout, rolloutsIn } from "./rollout.ts";
import { continued } from "./rules/continued.ts";
import { converged } from "./rules/converged.ts";
import { crashLooping } from "./rules/crash-looping.ts";
import { image } from "./rules/image.ts";
import { inFlight } from "./rules/in-flight.ts";
import { presence } from "./rules/presence.ts";
import { rolledBack } from "./rules/rolled-back.ts";
import type { Rule, Ruling } from "./rules/ruling.ts";
import { settledLate } from "./rules/settled-late.ts";
import { stamp } from "./rules/stamp.ts";
import { unchanged } from "./rules/unchanged.ts";
import { unschedulable } from "./rules/unschedulable.ts";

export type Verdict =
  | { is: "pass" }
  | { is: "fail"; findings: readonly [Finding, ...Finding[]] }
  | { is: "inconclusive"; fault: Fault }
  | { is: "cancelled"; by: string };

export type Judgement =
  /** `holdsUntil`: all is up, and only watched until then; null where something is still to come. */
  | { is: "open"; waitingFor: readonly string[]; lookAgainAt: number | null; holdsUntil: number | null }
  | { is: "settled"; findings: readonly Finding[] }
  /** The engine used a word that no rule knows. */
  | { is: "unknown"; said: string };

const RULES: readonly Rule[] = [
  presence,
  unchanged,
  rolledBack,
  continued,
  unschedulable,
  inFlight,
  settledLate,
  crashLooping,
  converged,
  stamp,
  image,
];

/**
 * Judges the last rollout in these observations at `nowMs` (epoch ms). A rollout that was called settled is judged as of
 * that moment, whatever was noted after it, so that a record gives the same verdict whenever it is read.
 */
export const judge = (observations: readonly Observation[], nowMs: number): Judgement => {
  const start = observations.findLastIndex((o) => o.is === "before");
  if (start < 0) return { is: "open", waitingFor: ["the first reading"], ...never };
  const since = observations.slice(start);
  const end = since.findIndex((o) => o.is === "settled");
  const settledAt = since[end]?.at;
  return settledAt === undefined
    ? judgeRollouts(since, nowMs)
    : judgeRollouts([...since.slice(0, end), ...since.slice(end).filter(isAfterword)], Date.parse(settledAt));
};

/** What decides nothing, and may take longer to read than the verdict takes. */
const isAfterword = (observation: Observation): boolean => observation.is === "log";

const never = { lookAgainAt: null, holdsUntil: null };

const judgeRollouts = (since: readonly Observation[], nowMs: number): Judgement => {
  const deployed = since.find((o) => o.is === "deployed");
  if (!deployed) return { is: "open", waitingFor: ["the deployer to come back"], ...never };
  if (deployed.exitCode !== 0)
    return { is: "settled", findings: [{ is: "deploy-refused", by: deployed.by, said: deployed.said }] };
  const deadline = since.find((o) => o.is === "deadline");
  // The deadline is the last moment that counts.
  const judgedMs = deadline ? Date.parse(deadline.at) : nowMs;
  const rollouts = rolloutsIn(since);
  const rulings = rollouts.map((rollout) => ({
    rollout,
    ruling: ask(
      rollout,
      judgedMs,
      rollouts.filter((other) => other !== rollout),
    ),
  }));
  const unknown = rulings.find(({ ruling }) => ruling.is === "unknown")?.ruling;
  if (unknown?.is === "unknown") return unknown;
  const findings = rulings.flatMap(({ ruling }) => (ruling.is === "finding" ? [ruling.finding] : []));
  const waits = rulings.flatMap(({ rollout, ruling }) =>
    ruling.is === "wait" ? [{ rollout, ...ruling }] : [],
  );
  const holds = rulings.flatMap(({ ruling }) => (ruling.is === "hold" ? [ruling] : []));
  if (findings.length > 0 || waits.length + holds.length === 0) return { is: "settled", findings };
  if (deadline) return { is: "settled", findings: overdue(rulings, deadline.afterMs) };
  return {
    is: "open",
    waitingFor: [...new Set([...waits, ...holds].flatMap((w) => w.for))],
    lookAgainAt: [...waits, ...holds].map((w) => w.until).reduce(earlier, null),
    holdsUntil: waits.length === 0 ? Math.max(...holds.map((h) => h.until)) : null,
  };
};

const overdue = (rulings: readonly { rollout: Rollout; ruling: Ruling }[], afterMs: number): Finding[] =>
  rulings.flatMap(({ rollout, ruling }) => {
    if (ruling.is === "hold") return [late(rollout, [ruling.for], afterMs)];
    return ruling.is === "wait" ? [ruling.orElse ?? late(rollout, ruling.for, afterMs)] : [];
  });

const ask = (rollout: Rollout, nowMs: number, others: readonly Rollout[]): Ruling => {
  for (const rule of RULES) {
    const ruling = rule(rollout, nowMs, others);
    if (ruling) return ruling;
  }
  return { is: "settled" };
};

const late = (rollout: Rollout, waitingFor: readonly string[], afterMs: number): Finding => ({
  is: "not-converged",
  rollout,
  afterMs,
  waitingFor,
});

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

/** What findings make of a stage. */
export const verdictOf = (findings: readonly Finding[]): Verdict => {
  const [first, ...rest] = findings;
  return first ? { is: "fail", findings: [first, ...rest] } : { is: "pass" };
};
