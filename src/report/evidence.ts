/**
 * The evidence file: everything that was seen, in order, and what was made of it. Findings are stored by name and title
 * only, since the observations are enough to find them again.
 */
import type { Run } from "../run/run.ts";
import type { StageResult } from "../run/stage-result.ts";
import { findingTitle, stageTitle } from "./words.ts";

const EVIDENCE_SCHEMA = 1;

export const evidenceFile = (run: Run, deployer: string, results: readonly StageResult[]) => ({
  schema: EVIDENCE_SCHEMA,
  run,
  deployer,
  stages: results.map((result) => ({
    stage: result.stage,
    verdict: result.verdict.is,
    title: stageTitle(result),
    findings:
      result.verdict.is === "fail"
        ? result.verdict.findings.map((finding) => ({ is: finding.is, title: findingTitle(finding) }))
        : [],
    fault: result.verdict.is === "inconclusive" ? result.verdict.fault.message : null,
    failedAt: result.failedAt,
    base: result.base,
    startedAt: result.startedAt,
    endedAt: result.endedAt,
    observations: result.observations,
  })),
});
