/**
 * A stage told again from its evidence: what was found is judged anew from the observations, with the very rules and words of
 * a run. What no rule decides (a fault, who cancelled, why a stage was skipped) is taken as it stands.
 */
import { ladderOf } from "../run/level.ts";
import type { Run } from "../run/run.ts";
import { runVerdict, type StageResult } from "../run/stage-result.ts";
import { Fault } from "../verdict/fault.ts";
import { findingsIn } from "../verdict/findings.ts";
import { provenVerdict } from "../verdict/proof.ts";
import { type FaultEvidence, type StageEvidence, stageEvidence, type VerdictEvidence } from "./evidence.ts";

/** Throws where the record of a rollout has no end. The level is the whole run's, and so is not in it. */
const stageResultOf = (evidence: StageEvidence): StageResult => {
  const { stage, failedAt, base, startedAt, endedAt, observations } = evidence;
  const cleanupFault = evidence.cleanupFault && faultOf(evidence.cleanupFault);
  const verdict = judgedAnew(evidence, cleanupFault);
  return { stage, verdict, failedAt, base, observations, cleanupFault, ladder: null, startedAt, endedAt };
};

const judgedAnew = (
  { stage, verdict, observations, startedAt, endedAt }: StageEvidence,
  cleanupFault: Fault | null,
): StageResult["verdict"] => {
  switch (verdict.is) {
    case "pass":
    case "fail":
      return provenVerdict(stage, observations, findingsIn(observations, Date.parse(endedAt)));
    case "inconclusive": {
      const fault = verdict.of === "stage" ? faultOf(verdict.fault) : cleanupFault;
      if (fault === null) throw new Error("the teardown is said to have failed, and its fault is not there");
      return { is: "inconclusive", fault };
    }
    case "unverified":
    case "skipped":
      // Of a stage that was not begun, somebody said so beforehand.
      return startedAt === null
        ? verdict
        : provenVerdict(stage, observations, findingsIn(observations, Date.parse(endedAt)));
    case "cancelled":
      return verdict;
  }
};

const faultOf = ({ party, message, mend }: FaultEvidence): Fault => new Fault(party, message, mend);

export type Retold = {
  result: StageResult;
  evidence: StageEvidence;
  /** The first line that is not as it was told; null where every one is. */
  difference: Difference | null;
};
type Difference = { line: string; told: string; retold: string };

/** `all`: the stages of its run, for a level comes of all of them. */
export const retell = (run: Run, told: StageEvidence, all: readonly StageEvidence[]): Retold => {
  const ladder = told.ladder && ladderOf(all.map(stageResultOf));
  const result = { ...stageResultOf(told), ladder };
  const evidence = stageEvidence(run, result);
  return { result, evidence, difference: firstDifference(linesOf(told), linesOf(evidence)) };
};

/** The object of `testme explain --json`, for scripts. */
export const retoldJson = (run: Run, retold: readonly Retold[]) => ({
  run: run.id,
  verdict: runVerdict(retold.map(({ result }) => result)),
  stages: retold.map(({ evidence, difference }) => ({
    name: evidence.stage,
    verdict: evidence.verdict,
    ...evidence.told,
    isAsTold: difference === null,
  })),
});

type Line = { line: string; text: string };

/** All that is recomputed, named line by line. */
const linesOf = ({ verdict, told }: StageEvidence): Line[] => [
  { line: "verdict", text: verdictLine(verdict) },
  { line: "title", text: told.title },
  ...told.summary.split("\n").map((text, index) => ({ line: `summary, line ${index + 1}`, text })),
  ...told.annotations.map((annotation, index) => ({
    line: `annotation ${index + 1}`,
    text: JSON.stringify(annotation, Object.keys(annotation).sort()),
  })),
];

const verdictLine = (verdict: VerdictEvidence): string =>
  verdict.is === "fail" ? `fail: ${verdict.findings.join(", ")}` : verdict.is;

const firstDifference = (told: readonly Line[], retold: readonly Line[]): Difference | null => {
  for (let index = 0; index < Math.max(told.length, retold.length); index += 1) {
    const [was, is] = [told[index], retold[index]];
    if (was?.text !== is?.text)
      return { line: (was ?? is)?.line ?? "", told: was?.text ?? ENDED, retold: is?.text ?? ENDED };
  }
  return null;
};
const ENDED = "(nothing: the text is over)";
