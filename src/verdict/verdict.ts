/**
 * Observations in, verdict out. The rules are asked top down for each service and the first to speak decides: state before
 * stamp, because a rollback changes the stamp and a wrong stamp never causes a rollback. One service's finding is the
 * stack's; a service that only waits holds the others up until the deadline.
 */
import type { Fault } from "./fault.ts";
import type { Finding } from "./finding.ts";
import type { Observation } from "./observation.ts";
import { type Rollout, rolloutsIn } from "./rollout.ts";
import { converged } from "./rules/converged.ts";
import { crashLooping } from "./rules/crash-looping.ts";
import { inFlight } from "./rules/in-flight.ts";
import { presence } from "./rules/presence.ts";
import { rolledBack } from "./rules/rolled-back.ts";
import type { Rule, Ruling } from "./rules/ruling.ts";
import { stamp } from "./rules/stamp.ts";
import { unchanged } from "./rules/unchanged.ts";

export type Verdict =
  | { is: "pass" }
  | { is: "fail"; findings: readonly [Finding, ...Finding[]] }
  | { is: "inconclusive"; fault: Fault }
  | { is: "cancelled"; by: string };

export type Judgement =
  | { is: "open"; waitingFor: readonly string[]; lookAgainAt: number | null }
  | { is: "settled"; findings: readonly Finding[] }
  /** The engine used a word that no rule knows. */
  | { is: "unknown"; said: string };

const RULES: readonly Rule[] = [presence, unchanged, rolledBack, inFlight, crashLooping, converged, stamp];

/**
 * Judges the last rollout in these observations at `nowMs` (epoch ms). A rollout that was called settled is judged as of
 * that moment, whatever was noted after it, so that a record gives the same verdict whenever it is read.
 */
export const judge = (observations: readonly Observation[], nowMs: number): Judgement => {
  const start = observations.findLastIndex((o) => o.is === "before");
  if (start < 0) return { is: "open", waitingFor: ["the first reading"], lookAgainAt: null };
  const since = observations.slice(start);
  const end = since.findIndex((o) => o.is === "settled");
  const settledAt = since[end]?.at;
  return settledAt === undefined
    ? judgeRollouts(since, nowMs)
    : judgeRollouts(since.slice(0, end), Date.parse(settledAt));
};

const judgeRollouts = (since: readonly Observation[], nowMs: number): Judgement => {
  const deployed = since.find((o) => o.is === "deployed");
  if (!deployed) return { is: "open", waitingFor: ["the deployer to come back"], lookAgainAt: null };
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
  if (findings.length > 0 || waits.length === 0) return { is: "settled", findings };
  if (deadline)
    return {
      is: "settled",
      findings: waits.map((w) => w.orElse ?? late(w.rollout, w.for, deadline.afterMs)),
    };
  return {
    is: "open",
    waitingFor: waits.flatMap((w) => w.for),
    lookAgainAt: waits.map((w) => w.until).reduce(earlier, null),
  };
};

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
