/** A run told line by line in a terminal, plain enough for a log; the verdict reads as the check run's does. */
import { short } from "../recipe/commit.ts";
import { ladderOf } from "../run/level.ts";
import type { Run } from "../run/run.ts";
import type { Progress, StageResult } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import { rungsJson } from "./ladder.ts";
import { oneLine } from "./markdown.ts";
import { placeWords, plainRun } from "./queued.ts";
import { stageStatus } from "./results.ts";
import { stageTitle } from "./words.ts";

const SIGNS = {
  pass: "✔",
  fail: "✘",
  inconclusive: "?",
  cancelled: "–",
  skipped: "–",
  unverified: "○",
} as const;

export const progressLine = (run: Run, stage: StageName, progress: Progress): string => {
  const head = `${run.recipe} ${short(run.head)} ${stage.padEnd(7)}`;
  switch (progress.is) {
    case "queued":
      return `${head} · ${["queued", ...placeWords(progress.place, plainRun)].join(", ")}`;
    case "working":
      return oneLine(`${head} · ${progress.doing}`);
    case "done":
      return `${head} ${SIGNS[progress.result.verdict.is]} ${stageTitle(progress.result)}`;
  }
};

/** The object of `testme run --json`, for scripts. */
export const runJson = (
  run: Run,
  verdict: string,
  results: readonly StageResult[],
  evidence: string | null,
) => {
  const ladder = ladderOf(results);
  return {
    run: run.id,
    verdict,
    level: ladder.level,
    rungs: rungsJson(ladder),
    stages: results.map((result) => ({
      name: result.stage,
      status: stageStatus(result),
      finding: result.verdict.is === "fail" ? result.verdict.findings[0].is : null,
      title: stageTitle(result),
    })),
    evidence,
  };
};
