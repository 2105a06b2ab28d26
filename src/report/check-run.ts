/**
 * A stage as GitHub shows it. One exhaustive switch maps what happened to a conclusion: only a finding turns a check red; a
 * fault asks for a re-run and is never neutral, because GitHub lets a neutral required check pass.
 */
import { type Commit, short } from "../recipe/commit.ts";
import type { Run } from "../run/run.ts";
import type { Progress, StageResult } from "../run/stage-result.ts";
import { STAGES, type StageName } from "../stages/stage.ts";
import { brokenRules } from "../verdict/conventions.ts";
import { type Annotation, annotationsOf } from "./annotations.ts";
import { code, cut, oneLine } from "./markdown.ts";
import { linkedRun, placeWords, plainRun } from "./queued.ts";
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
  output: { title: string; summary: string; text: string | null; annotations: readonly Annotation[] };
  actions: readonly { label: string; description: string; identifier: string }[];
};
export type Conclusion = "success" | "failure" | "action_required" | "cancelled" | "skipped" | "neutral";

export const checkRunOf = (run: Run, stage: StageName, progress: Progress): CheckRun => ({
  name: `testme / ${stage}`,
  head: run.head,
  externalId: externalId(run, stage),
  progress: progressOf(progress),
  output: outputOf(run, stage, progress),
  actions: progress.is === "done" ? [] : [CANCEL_BUTTON],
});

/** The same conclusion, in words that nobody refuses. */
export const withoutReport = (checkRun: CheckRun): CheckRun => ({
  ...checkRun,
  output: {
    title: checkRun.output.title,
    summary:
      "GitHub refused the report of this stage; the bot's log says why, and the run's evidence file has it all.",
    text: null,
    annotations: [],
  },
});

/** What GitHub says back when the button is pressed. */
export const CANCEL = "cancel";
const CANCEL_BUTTON = {
  label: "Cancel",
  description: "Ends this run and takes its stack away",
  identifier: CANCEL,
};

export const externalId = (run: Run, stage: StageName): string =>
  `testme:${run.id}:${run.source.is === "pull-request" ? run.source.number : "local"}:${stage}`;

/** Where a person sees the check run that has that id; null where GitHub has none. */
export const checkRunUrl = ({ source }: Run, id: number | null): string | null =>
  id === null || source.is === "local" ? null : `${source.cloneUrl.replace(/\.git$/, "")}/runs/${id}`;

/** The run, pull request and stage that an external id names; null if it is not one of ours. */
export const parseExternalId = (
  id: string,
): { runId: string; pull: number; stage: StageName | null } | null => {
  const parts = /^testme:([\w-]+):(\d+):(\w+)$/.exec(id);
  const stage = STAGES.find((name) => name === parts?.[3]) ?? null;
  return parts?.[1] ? { runId: parts[1], pull: Number(parts[2]), stage } : null;
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

export const conclusionOf = ({ verdict, observations }: StageResult): Conclusion => {
  switch (verdict.is) {
    case "pass":
      // Conventions turn nothing red, and a green check would say that they are kept.
      return brokenRules(observations, "error").length > 0 ? "neutral" : "success";
    case "fail":
      return "failure";
    case "inconclusive":
      return "action_required";
    case "cancelled":
      return "cancelled";
    case "skipped":
      return "skipped";
    // Nothing was wrong and nothing was shown; the level says that it does not count.
    case "unverified":
      return "neutral";
  }
};

const outputOf = (run: Run, stage: StageName, progress: Progress): CheckRun["output"] => {
  switch (progress.is) {
    case "queued": {
      const again = progress.again ? ` again: ${progress.again}` : "";
      return {
        title: cut(oneLine([`Queued${again}`, ...placeWords(progress.place, plainRun)].join(", ")), 255),
        summary: `The ${stage} stage of ${code(short(run.head))} is queued${[again, ...placeWords(progress.place, linkedRun)].join(", ")}.`,
        text: null,
        annotations: [],
      };
    }
    case "working":
      return {
        title: cut(oneLine(`Working: ${progress.doing}`), 255),
        summary: `The ${stage} stage of ${code(short(run.head))} is at work: ${code(progress.doing)}.`,
        text: null,
        annotations: [],
      };
    case "done":
      return {
        title: stageTitle(progress.result),
        summary: summaryOf(run, progress.result),
        text: null,
        annotations: annotationsOf(progress.result),
      };
  }
};
