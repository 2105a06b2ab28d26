/**
 * A stage as GitHub shows it. One exhaustive switch maps what happened to a conclusion: only a finding turns a check red; a
 * fault asks for a re-run and is never neutral, because GitHub lets a neutral required check pass.
 */
import type { Commit } from "../recipe/commit.ts";
import { short } from "../recipe/commit.ts";
import type { Run } from "../run/run.ts";
import type { Progress, StageResult } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import type { Finding } from "../verdict/finding.ts";
import { rolloutsIn } from "../verdict/rollout.ts";
import { evidenceOf } from "./evidence-tables.ts";
import { code, cut, details, seconds, table } from "./markdown.ts";
import { type Story, storyOf } from "./story.ts";
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

export const SUMMARY_LIMIT = 65_535;

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
        title: cut(`Working: ${progress.doing}`, 255),
        summary: `The ${stage} stage of ${code(short(run.head))} is at work: ${code(progress.doing)}.`,
        text: null,
      };
    case "done":
      return {
        title: stageTitle(progress.result),
        summary: cut(summaryOf(run, progress.result), SUMMARY_LIMIT),
        text: null,
      };
  }
};

/** What a person reads first, and all that they need to act. */
export const summaryOf = (run: Run, result: StageResult): string =>
  [lead(result), ...(result.cleanupFault ? [cleanupNote(result)] : []), footer(run, result)].join("\n\n");

const lead = (result: StageResult): string => {
  const { verdict } = result;
  switch (verdict.is) {
    case "pass":
      return passSummary(result);
    case "fail":
      return verdict.findings.map((finding) => findingSection(finding, result)).join("\n\n---\n\n");
    case "inconclusive":
      return tell({
        happened: `The ${verdict.fault.party} failed us: ${code(verdict.fault.message)}.`,
        isNot: "Not a finding about the recipe: nothing was judged, so this check is neither red nor green.",
        next: `${verdict.fault.mend} To run it again press **Re-run** on this check, or comment ${code("!testme")}.`,
      });
    case "cancelled":
      return tell({
        happened: `This stage was not finished: ${code(verdict.by)}.`,
        isNot: "Not a finding about the recipe.",
        next: `Comment ${code("!testme")} to start over.`,
      });
    case "skipped":
      return `**Skipped.** ${verdict.reason}.`;
  }
};

const tell = ({ happened, isNot, next }: Story): string =>
  `**What happened.** ${happened} **What it is not.** ${isNot} **What to do next.** ${next}`;

const findingSection = (finding: Finding, result: StageResult): string => {
  const failed = result.failedAt;
  const isBase = failed !== null && "version" in failed && failed.version.is === "base";
  const base = isBase
    ? `This is about the base ${code(failed.version.ref)}, not about this pull request's own commit, which was not reached.`
    : null;
  const evidence =
    "rollout" in finding ? evidenceOf(finding.rollout, "death" in finding ? finding.death : null) : null;
  return [tell(storyOf(finding)), base, evidence].filter((part) => part !== null).join("\n\n");
};

const passSummary = (result: StageResult): string => {
  const rows = rolloutsIn(result.observations).map((rollout) => [
    code(rollout.name),
    code(rollout.now?.service.update?.state ?? (rollout.before ? "no task had to roll" : "first deploy")),
    code(rollout.now?.service.spec.labels[rollout.expectation.stampLabel] ?? "—"),
    code(rollout.now?.service.spec.image ?? "—"),
  ]);
  const probe = result.observations.findLast((o) => o.is === "probe");
  const serving =
    probe?.answer.is === "http"
      ? `\n\n${code(probe.service)} answers HTTP ${probe.answer.status} on port ${probe.port}.`
      : "";
  const older = rolloutsIn(result.observations).flatMap((r) =>
    r.olderTasks.filter((t) => ["failed", "rejected"].includes(t.state)),
  );
  const history = older.length
    ? `\n\n${details(`${older.length} older failed tasks were seen and not used`, older.map((t) => `- ${code(t.id)} ${code(t.error ?? t.state)}`).join("\n"))}`
    : "";
  return `**${stageTitle(result)}.** Every service converged, and ${code("app")} carries the stamp of the commit under test.\n\n${table(["service", "update", "stamp", "image"], rows)}${serving}${history}`;
};

const cleanupNote = ({ cleanupFault }: StageResult): string =>
  `**The teardown did not finish**: ${code(cleanupFault?.message ?? "")}. ${cleanupFault?.mend ?? ""}`;

const footer = (run: Run, result: StageResult): string => {
  const took = result.startedAt ? `, ${seconds(result.startedAt, result.endedAt)}` : "";
  const who = run.source.is === "pull-request" ? ` · asked by ${code(run.source.askedBy)}` : "";
  return `<sub>commit ${code(run.head)}${who} · run ${code(run.id)} · ${result.endedAt.slice(0, 10)}${took}</sub>`;
};
