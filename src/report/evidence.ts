/**
 * The evidence file: everything that was seen, in order, what was made of it, and the words in which it was told. Findings are
 * kept by name alone: the observations are enough to find them again, which `retell.ts` does.
 */
import type { Run } from "../run/run.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { Fault } from "../verdict/fault.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Unproven } from "../verdict/unproven.ts";
import { type Annotation, annotationsOf } from "./annotations.ts";
import { summaryOf } from "./summary.ts";
import { stageTitle } from "./words.ts";

export const EVIDENCE_SCHEMA = 2;

export type EvidenceFile = {
  schema: typeof EVIDENCE_SCHEMA;
  run: Run;
  deployer: string;
  stages: readonly StageEvidence[];
};
export type StageEvidence = Omit<StageResult, "verdict" | "cleanupFault"> & {
  verdict: VerdictEvidence;
  cleanupFault: FaultEvidence | null;
  /** What GitHub was given to show, or would have been. */
  told: Told;
};
type Told = { title: string; summary: string; annotations: readonly Annotation[] };
/** What a person is told of a fault; its cause is in the log. */
export type FaultEvidence = Pick<Fault, "party" | "message" | "mend">;
export type VerdictEvidence =
  | { is: "pass" }
  | { is: "fail"; findings: readonly Finding["is"][] }
  | { is: "inconclusive"; of: "stage"; fault: FaultEvidence }
  /** The stage itself passed; the fault is `cleanupFault`. */
  | { is: "inconclusive"; of: "cleanup" }
  | { is: "cancelled"; by: string }
  | Unproven;

export const evidenceFile = (run: Run, deployer: string, results: readonly StageResult[]): EvidenceFile => ({
  schema: EVIDENCE_SCHEMA,
  run,
  deployer,
  stages: results.map((result) => stageEvidence(run, result)),
});

export const stageEvidence = (run: Run, result: StageResult): StageEvidence => ({
  stage: result.stage,
  verdict: verdictEvidence(result),
  told: {
    title: stageTitle(result),
    summary: summaryOf(run, result),
    annotations: annotationsOf(result),
  },
  failedAt: result.failedAt,
  base: result.base,
  cleanupFault: result.cleanupFault && faultEvidence(result.cleanupFault),
  ladder: result.ladder,
  startedAt: result.startedAt,
  endedAt: result.endedAt,
  observations: result.observations,
});

const verdictEvidence = ({ verdict, cleanupFault }: StageResult): VerdictEvidence => {
  switch (verdict.is) {
    case "fail":
      return { is: "fail", findings: verdict.findings.map((finding) => finding.is) };
    case "inconclusive":
      return verdict.fault === cleanupFault
        ? { is: "inconclusive", of: "cleanup" }
        : { is: "inconclusive", of: "stage", fault: faultEvidence(verdict.fault) };
    case "pass":
    case "cancelled":
    case "skipped":
    case "unverified":
      return verdict;
  }
};

const faultEvidence = ({ party, message, mend }: Fault): FaultEvidence => ({ party, message, mend });
