/**
 * Takes a stage's steps in order, stops at the first that does not pass, and cleans up unless the next stage goes on with what
 * stands. A cleanup that fails is kept beside the verdict, never in its place; only a stage that passed loses its green to it.
 */
import type { Lease } from "../run/lease.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { Act, Stage, Step, Version } from "../stages/stage.ts";
import { asFault, Fault } from "../verdict/fault.ts";
import type { Finding } from "../verdict/finding.ts";
import { findingsAfter } from "../verdict/findings.ts";
import type { Observation } from "../verdict/observation.ts";
import { provenVerdict } from "../verdict/proof.ts";
import { type Verdict, verdictOf } from "../verdict/verdict.ts";
import type { Executors } from "./acts/executor.ts";

export const runStage = async (
  stage: Stage,
  lease: Lease,
  executors: Executors,
  observations: readonly Observation[],
  now: () => Date,
  signal: AbortSignal,
  isKept: (verdict: StageResult["verdict"]) => boolean = () => false,
): Promise<StageResult> => {
  const startedAt = now().toISOString();
  let verdict: StageResult["verdict"] = { is: "pass" };
  let failedAt: Step | null = null;
  for (const step of stage.steps) {
    const seen = observations.length;
    verdict = await take(step, lease, executors, signal, () =>
      findingsAfter(step.act, observations.slice(seen), now().getTime()),
    );
    if (verdict.is !== "pass") {
      failedAt = step;
      break;
    }
  }
  if (verdict.is === "pass") verdict = provenVerdict(stage.name, observations, []);
  const cleanupFault = isKept(verdict) ? null : await cleanUp(stage.cleanup, lease, executors);
  if (cleanupFault && verdict.is === "pass") verdict = { is: "inconclusive", fault: cleanupFault };
  const base = baseOf(stage);
  return {
    stage: stage.name,
    verdict,
    failedAt,
    base,
    observations,
    cleanupFault,
    ladder: null,
    startedAt,
    endedAt: now().toISOString(),
  };
};

const take = async (
  step: Step,
  lease: Lease,
  executors: Executors,
  signal: AbortSignal,
  findings: () => readonly Finding[],
): Promise<Verdict> => {
  try {
    signal.throwIfAborted();
    await execute(executors, lease, step);
    return verdictOf(findings());
  } catch (error) {
    return verdictOfThrown(error, signal);
  }
};

/** What ends a run early has the first word: whoever wanted it so, or a deadline. */
export const verdictOfThrown = (thrown: unknown, signal: AbortSignal): Verdict => {
  if (!signal.aborted) return { is: "inconclusive", fault: asFault(thrown) };
  return endedBy(signal);
};

/** `signal` was aborted. */
export const endedBy = ({ reason }: AbortSignal): Verdict =>
  reason instanceof Fault ? { is: "inconclusive", fault: reason } : { is: "cancelled", by: String(reason) };

const execute = <A extends Act>(executors: Executors, lease: Lease, step: Step<A>): Promise<void> => {
  // TypeScript cannot see that the key and the step come from one member of the union; the table's type can.
  const executor = executors[step.act] as (lease: Lease, step: Step<A>) => Promise<void>;
  return executor(lease, step);
};

const cleanUp = async (steps: readonly Step[], lease: Lease, executors: Executors): Promise<Fault | null> => {
  for (const step of steps)
    try {
      await execute(executors, lease, step);
    } catch (error) {
      return asFault(error);
    }
  return null;
};

const baseOf = (stage: Stage): Version | null => {
  for (const step of stage.steps) if ("version" in step && step.version.is === "base") return step.version;
  return null;
};
