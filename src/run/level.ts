/**
 * How far up a recipe has come, from what its stages ended in. Backup and restore are one rung; a stage that was not asked for
 * shows nothing.
 */
import type { StageName } from "../stages/stage.ts";
import { brokenRules } from "../verdict/conventions.ts";
import { type Ladder, levelOf, RUNGS, type Rung, type RungState } from "./ladder.ts";
import type { StageResult } from "./stage-result.ts";

export const ladderOf = (results: readonly StageResult[]): Ladder => {
  const of = (stage: StageName): State => stateOf(results.find((result) => result.stage === stage));
  const states: Record<Rung, State> = {
    install: of("install"),
    upgrade: of("upgrade"),
    "backup-restore": together(of("backup"), of("restore")),
    custom: of("custom"),
    lint: conventionsOf(results, of("lint")),
  };
  const rungs = RUNGS.map((rung) => ({ rung, ...states[rung] }));
  return { level: levelOf(rungs.map(({ status }) => status)), rungs };
};

type State = Omit<RungState, "rung">;

const stateOf = (result: StageResult | undefined): State => {
  if (result === undefined) return { status: "unverified", reason: "not asked for" };
  const { verdict } = result;
  switch (verdict.is) {
    case "pass":
      return { status: "pass", reason: null };
    case "fail":
      return { status: "fail", reason: verdict.findings[0].is };
    case "skipped":
      return { status: "skip", reason: verdict.reason };
    case "unverified":
      return { status: "unverified", reason: verdict.reason };
    case "inconclusive":
      return { status: "unverified", reason: verdict.fault.message };
    case "cancelled":
      return { status: "unverified", reason: verdict.by };
  }
};

/** Rules that are broken turn no stage red, and are no rung that passed either. */
const conventionsOf = (results: readonly StageResult[], lint: State): State => {
  const seen = results.find(({ stage }) => stage === "lint")?.observations ?? [];
  const broken = brokenRules(seen, "error");
  return lint.status === "pass" && broken.length > 0 ? { status: "fail", reason: broken.join(", ") } : lint;
};

/**
 * What either lacks, both lack. A restore that passed has made and read an archive by itself, so it stands for a backup that was
 * skipped; a backup that nobody restored shows half of the rung, and so claims none of it.
 */
const together = (backup: State, restore: State): State => {
  const failed = [backup, restore].find(({ status }) => status === "fail");
  if (failed) return failed;
  const [lacksBackup, lacksRestore] = [backup, restore].map(({ status }) => status === "unverified");
  if (lacksBackup && lacksRestore) return backup;
  if (lacksBackup) return { status: "unverified", reason: `backup: ${backup.reason}` };
  if (lacksRestore) return { status: "unverified", reason: `restore: ${restore.reason}` };
  return restore;
};
