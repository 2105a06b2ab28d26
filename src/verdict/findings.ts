/**
 * What is wrong with the recipe by what was seen: after one step, while a stage is at work, or in a stage's whole record, when it
 * is read again. Steps stop at the first finding, so both come to the same: what was seen before the step found nothing.
 */
import { ACTS, type Act } from "../stages/stage.ts";
import { dataFindings } from "./data-rules.ts";
import type { Finding } from "./finding.ts";
import type { Observation } from "./observation.ts";
import { testFindings } from "./own-test-rules.ts";
import { pullFindings } from "./pulls.ts";
import { servingFindings } from "./serving.ts";
import { judge } from "./verdict.ts";

/** A rollout without an end is nobody's finding: it throws. `nowMs` counts only where the record does not say when it settled. */
export const findingsAfter = (act: Act, seen: readonly Observation[], nowMs: number): readonly Finding[] => {
  switch (act) {
    case "check-out":
      return seen.flatMap((o): Finding[] =>
        o.is === "complaint" ? [{ is: "invalid-recipe", file: o.file, line: o.line, reason: o.reason }] : [],
      );
    case "roll-out": {
      const judgement = judge(seen, nowMs);
      if (judgement.is !== "settled") throw new Error(`the rollout was left ${judgement.is}`);
      return judgement.findings;
    }
    case "pull":
      return pullFindings(seen);
    case "probe":
      return servingFindings(seen);
    case "mark":
    case "back-up":
    case "wipe":
    case "restore":
    case "read-marks":
      return dataFindings(act, seen);
    case "test":
      return testFindings(seen);
    // What the conventions are not kept in is told, and turns nothing red.
    case "lint":
    // What does not come up beside the recipe is a fault: it is not what is under test.
    case "provide":
    case "remove-orphans":
    case "remove":
      return [];
  }
};

export const findingsIn = (record: readonly Observation[], endedMs: number): readonly Finding[] => {
  const hasRollout = record.some((o) => o.is === "before");
  return ACTS.filter((act) => act !== "roll-out" || hasRollout).flatMap((act) =>
    findingsAfter(act, record, endedMs),
  );
};
