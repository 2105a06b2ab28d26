/**
 * A run in one small file for scripts and pages: what each stage ended in, how far up the recipe came, and whether the run left
 * anything behind. It holds no observations; those are in the evidence file beside it.
 */
import type { Commit } from "../recipe/commit.ts";
import type { OverlayRemark } from "../recipe/overlay-policy.ts";
import type { Level, Rung, RungState } from "../run/ladder.ts";
import { ladderOf } from "../run/level.ts";
import { repositoryOf } from "../run/order.ts";
import type { Run } from "../run/run.ts";
import { type RunVerdict, runVerdict, type StageResult } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import { brokenRules } from "../verdict/conventions.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Observation } from "../verdict/observation.ts";
import { resultsIn } from "../verdict/own-test-rules.ts";
import { dependenciesIn, overlayIn } from "./around.ts";
import { rungsJson } from "./ladder.ts";
import { stageTitle } from "./words.ts";

export const RESULTS_SCHEMA = 1;

export type ResultsFile = {
  schema: typeof RESULTS_SCHEMA;
  run: string;
  recipe: string;
  /** `owner/name`; null for a run from a terminal, which has no pull request and no target branch either. */
  repository: string | null;
  pull: number | null;
  branch: string | null;
  head: Commit;
  /** What the upgrade started from; null where there was none. */
  base: { ref: string; commit: Commit } | null;
  deployer: string;
  verdict: RunVerdict;
  level: Level;
  rungs: Readonly<Record<Rung, Omit<RungState, "rung">>>;
  stages: readonly StageOutcome[];
  /** Rungs that were skipped on purpose, and why; and those that nobody has shown. */
  skips: { intentional: Readonly<Partial<Record<Rung, string>>>; unintentional: readonly Rung[] };
  /** Conventions that are not kept, by rule: what they demand, and what they only advise. */
  lint: { broken: readonly string[]; advised: readonly string[] };
  /** What stood beside the app because the recipe needs it. */
  dependencies: readonly { name: string; recipe: string; ref: string; commit: Commit }[];
  /** A compose file of testme.yml's, and what it does that is more than to suit the recipe to its environment. */
  overlay: { file: string; beyond: readonly OverlayRemark[] } | null;
  /** Deployments on an empty engine: how many the stages were to make, and how many they made. */
  creations: { planned: number; made: number };
  flags: { clean_teardown: boolean; no_secret_leak: boolean };
  finishedAt: string;
};
export type StageOutcome = {
  name: StageName;
  status: "pass" | "fail" | "skip" | "unverified" | "inconclusive" | "cancelled";
  /** Null where it passed, and where its findings say why not. */
  reason: string | null;
  title: string;
  /** Null where it never began. */
  ms: number | null;
  findings: readonly Finding["is"][];
  /** The recipe's own, each by its name. */
  tests: readonly { name: string; status: "pass" | "fail" | "skip"; ms: number }[];
};
/** What the stages' ends do not tell. */
export type Aside = { deployer: string; planned: number; isClean: boolean; isLeaking: boolean };

export const resultsFile = (run: Run, results: readonly StageResult[], aside: Aside): ResultsFile => {
  const { source } = run;
  const isLocal = source.is === "local";
  const ladder = ladderOf(results);
  const seen = results.flatMap(({ observations }) => observations);
  const overlay = overlayIn(seen);
  const base = results.find((result) => result.base !== null)?.base ?? null;
  return {
    schema: RESULTS_SCHEMA,
    run: run.id,
    recipe: run.recipe,
    repository: isLocal ? null : repositoryOf(run),
    pull: isLocal ? null : source.number,
    branch: isLocal ? null : source.targetBranch,
    head: run.head,
    base: base && { ref: base.ref, commit: base.commit },
    deployer: aside.deployer,
    verdict: runVerdict(results),
    level: ladder.level,
    rungs: rungsJson(ladder),
    stages: results.map(outcomeOf),
    skips: skipsIn(ladder.rungs),
    lint: { broken: brokenRules(seen, "error"), advised: brokenRules(seen, "warning") },
    dependencies: dependenciesIn(seen).map(({ name, recipe, ref, commit }) => ({
      name,
      recipe,
      ref,
      commit,
    })),
    overlay: overlay && { file: overlay.file, beyond: overlay.remarks },
    creations: { planned: aside.planned, made: madeIn(seen) },
    flags: { clean_teardown: aside.isClean, no_secret_leak: !aside.isLeaking },
    finishedAt: results.at(-1)?.endedAt ?? run.acceptedAt,
  };
};

export const stageStatus = ({ verdict }: StageResult): StageOutcome["status"] =>
  verdict.is === "skipped" ? "skip" : verdict.is;

const outcomeOf = (result: StageResult): StageOutcome => {
  const { stage, verdict, startedAt, endedAt, observations } = result;
  return {
    name: stage,
    status: stageStatus(result),
    reason: reasonOf(verdict),
    title: stageTitle(result),
    ms: startedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt),
    findings: verdict.is === "fail" ? verdict.findings.map((finding) => finding.is) : [],
    tests: resultsIn(observations).map(({ test, point, status, ms }) => ({
      name: point === null ? test : `${test}: ${point}`,
      status,
      ms,
    })),
  };
};

const reasonOf = (verdict: StageResult["verdict"]): string | null => {
  switch (verdict.is) {
    case "pass":
    case "fail":
      return null;
    case "inconclusive":
      return verdict.fault.message;
    case "cancelled":
      return verdict.by;
    case "skipped":
    case "unverified":
      return verdict.reason;
  }
};

const skipsIn = (rungs: readonly RungState[]): ResultsFile["skips"] => ({
  intentional: Object.fromEntries(
    rungs.flatMap(({ rung, status, reason }) => (status === "skip" ? [[rung, reason ?? ""]] : [])),
  ),
  unintentional: rungs.flatMap(({ rung, status }) => (status === "unverified" ? [rung] : [])),
});

const madeIn = (seen: readonly Observation[]): number =>
  seen.filter((o) => o.is === "before" && o.services.length === 0).length;
