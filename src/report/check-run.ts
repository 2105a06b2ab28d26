/**
 * A stage as GitHub shows it. One exhaustive switch maps what happened to a conclusion: only a finding turns a check red; a
 * fault asks for a re-run and is never neutral, because GitHub lets a neutral required check pass.
 */
import { type Commit, short } from "../recipe/commit.ts";
import type { Run } from "../run/run.ts";
import type { Progress, StageResult } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import { code, cut, oneLine } from "./markdown.ts";
import { summaryOf } from "./summary.ts";
import { stageTitle } from "./words.ts";

/** What GitHub shows for one stage. Limits: title 255, summary and text 65,535 bytes each (GitHub counts UTF-8). */
export type CheckRun = {
  name: string;
  head: Commit;
  /** See `externalId`; how a button press or a retried create finds its run. */
  externalId: string;
  progress:
    | { status: "queued" }
    | { status: "in_progress"; startedAt: string }
    | { status: "completed"; conclusion: Conclusion; startedAt: string | null; completedAt: string };
  output: { title: string; summary: string; text: string | null };
  actions: readonly { label: string; description: string; identifier: string }[];
};
export type Conclusion = "success" | "failure" | "action_required" | "cancelled" | "skipped";

export const checkRunOf = (run: Run, stage: StageName, progress: Progress): CheckRun => ({
  name: `testme / ${stage}`,
  head: run.head,
  externalId: externalId(run, stage),
  progress: progressOf(progress),
  output: outputOf(run, stage, progress),
  actions: [],
});

export const externalId = (run: Run, stage: StageName): string =>
  `testme:${run.id}:${run.source.is === "pull-request" ? run.source.number : "local"}:${stage}`;

/** The run and pull request that an external id names; null if it is not one of ours. */
export const parseExternalId = (id: string): { runId: string; pull: number } | null => {
  const parts = /^testme:([\w-]+):(\d+):\w+$/.exec(id);
  return parts?.[1] ? { runId: parts[1], pull: Number(parts[2]) } : null;
};

const progressOf = (progress: Progress): CheckRun["progress"] => {
  switch (progress.is) {
    case "queued":
      return { status: "queued" };
    case "working":
      return { status: "in_progress", startedAt: progress.startedAt };
    case "done": {
      const { startedAt, endedAt } = progress.result;
      return {
        status: "completed",
        conclusion: conclusionOf(progress.result),
        startedAt,
        completedAt: endedAt,
      };
    }
  }
};

export const conclusionOf = ({ verdict }: StageResult): Conclusion => {
  switch (verdict.is) {
    case "pass":
      return "success";
    case "fail":
      return "failure";
    case "inconclusive":
      return "action_required";
    case "cancelled":
      return "cancelled";
    case "skipped":
      return "skipped";
  }
};

const outputOf = (run: Run, stage: StageName, progress: Progress): CheckRun["output"] => {
  switch (progress.is) {
    case "queued": {
      const behind = progress.behind
        ? `, behind run ${progress.behind}, which works on the same app domain`
        : "";
      return {
        title: `Queued${behind}`,
        summary: `The ${stage} stage of ${code(short(run.head))} is queued${behind}.`,
        text: null,
      };
    }
    case "working":
      return {
        title: cut(oneLine(`Working: ${progress.doing}`), 255),
        summary: `The ${stage} stage of ${code(short(run.head))} is at work: ${code(progress.doing)}.`,
        text: null,
      };
    case "done":
      return {
        title: stageTitle(progress.result),
        summary: summaryOf(run, progress.result),
        text: null,
      };
  }
};
