/** A run told line by line in a terminal, plain enough for a log; the verdict reads as the check run's does. */
import { short } from "../recipe/commit.ts";
import type { Run } from "../run/run.ts";
import type { Progress, StageResult } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import type { Observation } from "../verdict/observation.ts";
import { clock } from "./markdown.ts";
import { stageTitle } from "./words.ts";

const SIGNS = { pass: "✔", fail: "✘", inconclusive: "?", cancelled: "–", skipped: "–" } as const;

export const progressLine = (run: Run, stage: StageName, progress: Progress): string => {
  const head = `${run.recipe} ${short(run.head)} ${stage.padEnd(7)}`;
  switch (progress.is) {
    case "queued":
      return `${head} · queued${progress.behind ? `, behind run ${progress.behind}` : ""}`;
    case "working":
      return `${head} · ${progress.doing}`;
    case "done":
      return `${head} ${SIGNS[progress.result.verdict.is]} ${stageTitle(progress.result)}`;
  }
};

/** What happened on the engine, as it happened: the update's own states and the deaths. */
export const observationLine = (observation: Observation): string | null => {
  if (observation.is !== "event") return null;
  const { event } = observation;
  if (event.type === "service" && event.updateState)
    return `${clock(event.at)}   ${event.service} is ${event.updateState}`;
  if (event.type === "container" && /^(oom|health_status: unhealthy)$/.test(event.action))
    return `${clock(event.at)}   ${event.service}: ${event.action}`;
  if (event.action === "die")
    return `${clock(event.at)}   ${event.service}: a task's process ended, exit code ${event.exitCode}`;
  return null;
};

/** The object of `testme run --json`, for scripts. */
export const runJson = (
  run: Run,
  verdict: string,
  results: readonly StageResult[],
  evidence: string | null,
) => ({
  run: run.id,
  verdict,
  stages: results.map((result) => ({
    name: result.stage,
    status: result.verdict.is === "skipped" ? "skip" : result.verdict.is,
    finding: result.verdict.is === "fail" ? result.verdict.findings[0].is : null,
    title: stageTitle(result),
  })),
  evidence,
});
