/** How a stage stands, from the comment to the end; what every listener is told. */
import type { StageName, Step, Version } from "../stages/stage.ts";
import type { Fault } from "../verdict/fault.ts";
import type { Observation } from "../verdict/observation.ts";
import type { Verdict } from "../verdict/verdict.ts";

export type StageResult = {
  stage: StageName;
  verdict: Verdict | { is: "skipped"; reason: string };
  /** The step that did not pass; null where all did, or none began. */
  failedAt: Step | null;
  /** What the upgrade started from. */
  base: Version | null;
  observations: readonly Observation[];
  /** The teardown's own trouble; it never hides the verdict. */
  cleanupFault: Fault | null;
  startedAt: string | null;
  endedAt: string;
};

export type Progress =
  /** `behind` is the run that holds the app domain, if one does. */
  | { is: "queued"; behind: string | null }
  | { is: "working"; startedAt: string; doing: string }
  | { is: "done"; result: StageResult };

export type RunVerdict = "pass" | "fail" | "inconclusive" | "cancelled";

/** The worst stage speaks for the run; a skipped one says nothing. */
export const runVerdict = (results: readonly StageResult[]): RunVerdict => {
  const all = results.map((r) => r.verdict.is);
  if (all.includes("fail")) return "fail";
  if (all.includes("inconclusive")) return "inconclusive";
  return all.includes("cancelled") ? "cancelled" : "pass";
};
