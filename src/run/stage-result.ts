/** How a stage stands, from the comment to the end; what every listener is told. */
import type { StageName, Step, Version } from "../stages/stage.ts";
import type { Fault } from "../verdict/fault.ts";
import type { Observation } from "../verdict/observation.ts";
import type { Unproven } from "../verdict/unproven.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { Ladder } from "./ladder.ts";

export type StageResult = {
  stage: StageName;
  verdict: Verdict | Unproven;
  /** The step that did not pass; null where all did, or none began. */
  failedAt: Step | null;
  /** What the upgrade started from. */
  base: Version | null;
  observations: readonly Observation[];
  /** The teardown's own trouble; it never hides the verdict. */
  cleanupFault: Fault | null;
  /** How far up the recipe came, told once for the whole run, on its last stage; null on all others. */
  ladder: Ladder | null;
  startedAt: string | null;
  endedAt: string;
};

/** What a queued run waits for. */
export type Place = {
  /** How many runs come before it. */
  ahead: number;
  /** A guess; null where there is nothing to guess from. */
  startsInMs: number | null;
  /** The run that holds its app domain, and where GitHub shows it. */
  behind: { run: string; url: string | null } | null;
  /** What the host lacks, in words. */
  lack: string | null;
};

/** `again` says why a run is queued once more. */
export type Progress =
  | { is: "queued"; place: Place; again: string | null }
  | { is: "working"; startedAt: string; doing: string }
  | { is: "done"; result: StageResult };

export type RunVerdict = "pass" | "fail" | "inconclusive" | "cancelled";

/** The worst stage speaks for the run; one that was skipped or had nothing to show says nothing. */
export const runVerdict = (results: readonly StageResult[]): RunVerdict => {
  const all = results.map((r) => r.verdict.is);
  if (all.includes("fail")) return "fail";
  if (all.includes("inconclusive")) return "inconclusive";
  return all.includes("cancelled") ? "cancelled" : "pass";
};
