/**
 * The text of a finished check: the story first, then its evidence, then the run's own line. It fits GitHub's limit: what is
 * worth least goes first, and is named.
 */
import { STAMPED } from "../recipe/stamp.ts";
import type { Run } from "../run/run.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { Fault } from "../verdict/fault.ts";
import type { Finding } from "../verdict/finding.ts";
import { type Rollout, rolloutsIn } from "../verdict/rollout.ts";
import { ownUpdate } from "../verdict/rules/own-update.ts";
import { stampIn } from "../verdict/rules/stamp.ts";
import { isWritten } from "../verdict/rules/unchanged.ts";
import { type Block, evidenceOf } from "./evidence-tables.ts";
import { bytesOf, code, cutBytes, details, seconds, table } from "./markdown.ts";
import { storyOf } from "./story.ts";
import type { Story } from "./story-parts.ts";
import { failedBase, stageTitle } from "./words.ts";

/** GitHub's, in bytes of UTF-8. */
const SUMMARY_LIMIT = 65_535;

/** What a person reads first, and all that they need to act. Evidence is left out, by name, where GitHub takes no more. */
export const summaryOf = (run: Run, result: StageResult): string => {
  const blocks = blocksOf(result);
  const foot = footer(run, result);
  for (const left of [0, 1, 2, 3, 4, 5]) {
    const text = [...blocks.filter((b) => b.worth > left).map((b) => b.text), leftOut(blocks, left), foot]
      .filter((part) => part !== "")
      .join("\n\n");
    if (bytesOf(text) <= SUMMARY_LIMIT) return text;
  }
  const essential = blocks.filter((b) => b.worth > ALL_EVIDENCE).map((b) => b.text);
  return `${cutBytes(essential.join("\n\n"), SUMMARY_LIMIT - bytesOf(foot) - 2)}\n\n${foot}`;
};

const ALL_EVIDENCE = 5;
const STORY = ALL_EVIDENCE + 1;
const story = (text: string): Block => ({ name: "the story", worth: STORY, text });

const leftOut = (blocks: readonly Block[], worth: number): string => {
  const names = new Set(blocks.filter((b) => b.worth <= worth).map((b) => b.name));
  return names.size === 0
    ? ""
    : `Left out here, because GitHub takes no more: ${[...names].join(", ")}. The run's evidence file has it.`;
};

const blocksOf = (result: StageResult): Block[] => {
  const { verdict, cleanupFault } = result;
  const isTeardownAlone = verdict.is === "inconclusive" && verdict.fault === cleanupFault;
  const note = cleanupFault && !isTeardownAlone ? [story(cleanupNote(cleanupFault))] : [];
  switch (verdict.is) {
    case "pass":
      return [story(passSummary(result)), ...note];
    case "fail":
      return [...verdict.findings.flatMap((finding) => findingBlocks(finding, result)), ...note];
    case "inconclusive":
      return [
        story(tell(isTeardownAlone ? teardownStory(verdict.fault) : faultStory(verdict.fault))),
        ...note,
      ];
    case "cancelled":
      return [
        story(
          tell({
            happened: `This stage was not finished: ${code(verdict.by)}.`,
            isNot: "Not a finding about the recipe.",
            next: `Comment ${code("!testme")} to start over.`,
          }),
        ),
        ...note,
      ];
    case "skipped":
      return [story(`**Skipped:** ${code(verdict.reason)}.`)];
  }
};

const tell = ({ happened, isNot, next }: Story): string =>
  `**What happened.** ${happened}  \n**What it is not.** ${isNot}  \n**What to do next.** ${next}`;

const WHO = { engine: "The Docker engine", git: "Git", github: "GitHub", bot: "testme itself" } as const;
const AGAIN = `To run it again press **Re-run** on this check, or comment ${code("!testme")}.`;

const faultStory = ({ party, message, mend }: Fault): Story => ({
  happened: `${WHO[party]} failed: ${code(message)}.`,
  isNot: "Not a finding about the recipe: nothing was judged, so this check is neither red nor green.",
  next: `${mend} ${AGAIN}`,
});

const teardownStory = ({ message, mend }: Fault): Story => ({
  happened: `The stage itself passed, but its teardown did not finish: ${code(message)}.`,
  isNot:
    "Not a finding about the recipe; but something of this run may still be on the engine, so this is not green.",
  next: `${mend} ${AGAIN}`,
});

const cleanupNote = ({ message, mend }: Fault): string =>
  `**The teardown did not finish**: ${code(message)}. ${mend}`;

const findingBlocks = (finding: Finding, result: StageResult): Block[] => {
  const base = failedBase(result);
  const about =
    base === null
      ? []
      : [story(`This is about the base ${code(base)}; the commit under test was not reached.`)];
  if (!("rollout" in finding)) return [story(tell(storyOf(finding))), ...about];
  const death = "death" in finding ? finding.death : (finding.rollout.deaths[0] ?? null);
  return [story(tell(storyOf(finding))), ...about, ...evidenceOf(finding.rollout, death)];
};

const passSummary = (result: StageResult): string => {
  const rollouts = rolloutsIn(result.observations);
  const rows = rollouts.map((rollout) => [
    code(rollout.name),
    updateWords(rollout),
    code(stampIn(rollout.now?.service.spec.labels, rollout) ?? "—"),
    code(rollout.now?.service.spec.image ?? "—"),
  ]);
  const probe = result.observations.findLast((o) => o.is === "probe");
  const serving =
    probe?.answer.is === "http"
      ? [`${code(probe.service)} answers HTTP ${probe.answer.status} on port ${probe.port}.`]
      : [];
  return [
    `**${code(stageTitle(result))}.** Every service converged, and ${code(STAMPED)} carries the stamp of the commit under test.`,
    table(["service", "update", "stamp", "image"], rows),
    ...serving,
    ...olderDeaths(rollouts),
  ].join("\n\n");
};

const updateWords = (rollout: Rollout): string => {
  if (rollout.before === null) return "first deploy";
  if (!isWritten(rollout)) return "not written by this deploy";
  return ownUpdate(rollout)?.state ?? "no task had to roll";
};

/** They were there before, and prove nothing about this commit. */
const olderDeaths = (rollouts: readonly Rollout[]): string[] => {
  const dead = rollouts.flatMap((r) =>
    r.olderTasks.filter((t) => t.state === "failed" || t.state === "rejected"),
  );
  if (dead.length === 0) return [];
  const title =
    dead.length === 1
      ? "1 older failed task was seen and not used"
      : `${dead.length} older failed tasks were seen and not used`;
  return [details(title, dead.map((t) => `- ${code(t.id)} ${code(t.error ?? t.state)}`).join("\n"))];
};

const footer = (run: Run, result: StageResult): string => {
  const took = result.startedAt ? `, ${seconds(result.startedAt, result.endedAt)}` : "";
  const who = run.source.is === "pull-request" ? ` · asked by ${code(run.source.askedBy)}` : "";
  return `<sub>commit ${code(run.head)}${who} · run ${code(run.id)} · ${result.endedAt.slice(0, 10)}${took}</sub>`;
};
