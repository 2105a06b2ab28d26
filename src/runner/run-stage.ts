/**
 * Takes a stage's steps in order, stops at the first that does not pass, and always cleans up. A cleanup that fails is kept
 * beside the verdict, never in its place; only a stage that passed loses its green to it.
 */
import type { Lease } from "../run/lease.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { Act, Stage, Step, Version } from "../stages/stage.ts";
import { asFault, type Fault } from "../verdict/fault.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Observation } from "../verdict/observation.ts";
import { servingFinding } from "../verdict/serving.ts";
import { judge, type Verdict, verdictOf } from "../verdict/verdict.ts";
import type { Executors } from "./executors.ts";

export const runStage = async (
  stage: Stage,
  lease: Lease,
  executors: Executors,
  observations: readonly Observation[],
  now: () => Date,
  signal: AbortSignal,
): Promise<StageResult> => {
  const startedAt = now().toISOString();
  let verdict: Verdict = { is: "pass" };
  let failedAt: Step | null = null;
  for (const step of stage.steps) {
    const seen = observations.length;
    verdict = await take(step, lease, executors, signal, () =>
      findingsAfter(step, observations.slice(seen), now()),
    );
    if (verdict.is !== "pass") {
      failedAt = step;
      break;
    }
  }
  const cleanupFault = await cleanUp(stage.cleanup, lease, executors);
  if (cleanupFault && verdict.is === "pass") verdict = { is: "inconclusive", fault: cleanupFault };
  const base = baseOf(stage);
  return {
    stage: stage.name,
    verdict,
    failedAt,
    base,
    observations,
    cleanupFault,
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
    if (signal.aborted) return { is: "cancelled", by: String(signal.reason) };
    return { is: "inconclusive", fault: asFault(error) };
  }
};

const execute = <A extends Act>(executors: Executors, lease: Lease, step: Step<A>): Promise<void> => {
  // TypeScript cannot see that the key and the step come from one member of the union; the table's type can.
  const executor = executors[step.act] as (lease: Lease, step: Step<A>) => Promise<void>;
  return executor(lease, step);
};

const findingsAfter = (step: Step, seen: readonly Observation[], now: Date): readonly Finding[] => {
  switch (step.act) {
    case "check-out":
      return seen.flatMap((o): Finding[] =>
        o.is === "complaint" ? [{ is: "invalid-recipe", file: o.file, line: o.line, reason: o.reason }] : [],
      );
    case "roll-out": {
      const judgement = judge(seen, now.getTime());
      if (judgement.is !== "settled") throw new Error(`the rollout was left ${judgement.is}`);
      return judgement.findings;
    }
    case "probe":
      return [servingFinding(seen)].filter((f) => f !== null);
    case "remove":
      return [];
  }
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
