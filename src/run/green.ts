/** Which commits a branch may be called good at: those that a whole run has shown nothing against. */
import type { Commit } from "../recipe/commit.ts";
import { STAGES } from "../stages/stage.ts";
import type { Ladder, Level } from "./ladder.ts";
import { ladderOf } from "./level.ts";
import { repositoryOf } from "./order.ts";
import type { Run } from "./run.ts";
import { runVerdict, type StageResult } from "./stage-result.ts";

/** `branch` is the one that the commit was to be merged into. */
export type Green = {
  repository: string;
  branch: string;
  head: Commit;
  runId: string;
  level: Level;
  at: string;
};

/** Null where the run took some stages only, was red or unfinished, or deployed nothing that passed. */
export const greenOf = (run: Run, results: readonly StageResult[]): Green | null => {
  if (run.source.is !== "pull-request") return null;
  const isWhole = STAGES.every((stage) => results.some((result) => result.stage === stage));
  const ladder = ladderOf(results);
  if (!isWhole || runVerdict(results) !== "pass" || ladder.level === 0 || !stands(ladder)) return null;
  const at = results.at(-1)?.endedAt ?? run.acceptedAt;
  const { head, id: runId } = run;
  return {
    repository: repositoryOf(run),
    branch: run.source.targetBranch,
    head,
    runId,
    level: ladder.level,
    at,
  };
};

const stands = ({ rungs }: Ladder): boolean =>
  rungs.every(
    ({ rung, status }) =>
      (rung !== "install" && rung !== "upgrade") || status === "pass" || status === "skip",
  );
