/**
 * The text of a finished check: the story first, then its evidence, then the run's own line. The same stage always gives the
 * same bytes; budget.ts makes them fit GitHub's limit.
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
import { aroundBlocks } from "./around.ts";
import { type Block, fitted, story } from "./budget.ts";
import { conventionsPassed } from "./conventions.ts";
import { backupTitle, restoreTitle } from "./data.ts";
import { dataEvidence } from "./data-evidence.ts";
import { evidenceOf } from "./evidence/blocks.ts";
import { olderFailuresBlock } from "./evidence/tasks.ts";
import { ladderBlock } from "./ladder.ts";
import { clock, code, day, seconds, table } from "./markdown.ts";
import { testsEvidence, testsPassed } from "./own-tests.ts";
import { orphanBlocks, servingBlocks } from "./serving.ts";
import { storyOf } from "./story.ts";
import type { Story } from "./story-parts.ts";
import { failedBase, outcomeTitle } from "./words.ts";

/** GitHub's, in bytes of UTF-8. */
const SUMMARY_LIMIT = 65_535;

/** What a person reads first, and all that they need to act. */
export const summaryOf = (run: Run, result: StageResult): string =>
  fitted(
    [...blocksOf(result), ...aroundBlocks(result.observations), ...levelBlocks(result)],
    footer(run, result),
    SUMMARY_LIMIT,
  );

const levelBlocks = ({ ladder }: StageResult): Block[] =>
  ladder === null ? [] : [story(ladderBlock(ladder))];

const blocksOf = (result: StageResult): Block[] => {
  const { verdict, cleanupFault } = result;
  const isTeardownAlone = verdict.is === "inconclusive" && verdict.fault === cleanupFault;
  const note = cleanupFault && !isTeardownAlone ? [story(cleanupNote(cleanupFault))] : [];
  switch (verdict.is) {
    case "pass":
      return [...passBlocks(result), ...note];
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
      return [story(`**Skipped:** ${code(verdict.reason)}.`), ...note];
    case "unverified":
      return [
        story(`**Unverified:** ${code(verdict.reason)}. Nothing was found wrong, and nothing was shown.`),
        ...note,
      ];
  }
};

const tell = ({ happened, isNot, next }: Story): string =>
  `**What happened.** ${happened}  \n**What it is not.** ${isNot}  \n**What to do next.** ${next}`;

const WHO = {
  engine: "The Docker engine",
  git: "Git",
  github: "GitHub",
  dependency: "What the recipe depends on",
  bot: "testme itself",
} as const;
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
  if (!("rollout" in finding)) {
    return [story(tell(storyOf(finding))), ...about, ...stageEvidence(finding, result)];
  }
  return [story(tell(storyOf(finding))), ...about, ...evidenceOf(finding, result.observations)];
};

/** Below a finding that no rollout is to blame for: what its stage has seen. */
const stageEvidence = (finding: Finding, { stage, observations }: StageResult): Block[] => {
  if (finding.is === "tests-failed") return testsEvidence(observations);
  return stage === "backup" || stage === "restore" ? dataEvidence(observations) : [];
};

const passBlocks = (result: StageResult): Block[] => {
  switch (result.stage) {
    case "install":
    case "upgrade":
      return deployedBlocks(result);
    case "backup":
      return [story(`**${backupTitle(result.observations)}.**`), ...dataEvidence(result.observations)];
    case "restore":
      return [story(`**${restoreTitle(result.observations)}.**`), ...dataEvidence(result.observations)];
    case "custom":
      return testsPassed(result.observations).blocks;
    case "lint":
      return conventionsPassed(result.observations).blocks;
  }
};

const deployedBlocks = (result: StageResult): Block[] => {
  const rollouts = rolloutsIn(result.observations);
  const rows = rollouts.map((rollout) => [
    code(rollout.name),
    updateWords(rollout),
    settledWords(rollout),
    code(stampIn(rollout.now?.service.spec.labels, rollout) ?? "—"),
    code(rollout.now?.service.spec.image ?? "—"),
  ]);
  return [
    story(
      `**${code(outcomeTitle(result))}.** Every service converged, and ${code(STAMPED)} carries the stamp of the commit under test.`,
    ),
    { name: "services", worth: 9, texts: [table(["service", "update", "tasks", "stamp", "image"], rows)] },
    ...baseBlocks(result),
    ...servingBlocks(result.observations),
    ...orphanBlocks(result.observations),
    ...olderFailuresBlock(rollouts),
  ];
};

/** Which base it was, and why that one. */
const baseBlocks = ({ base, observations }: StageResult): Block[] => {
  const chosen = base && observations.findLast((o) => o.is === "base-chosen");
  return chosen ? [story(`The base was ${code(chosen.ref)}: ${code(chosen.because)}.`)] : [];
};

/** How it settled: what runs, and since when that has been the same. */
const settledWords = (rollout: Rollout): string => {
  const running = rollout.tasks.filter((t) => t.state === "running").length;
  const finished = rollout.tasks.filter((t) => t.state === "complete" && t.exitCode === 0).length;
  if (running === 0) return finished > 0 ? `${finished} finished` : "none";
  const since = isWritten(rollout) ? `, the same since ${clock(rollout.steadySince)}` : "";
  return `${running} running${since}`;
};

const updateWords = (rollout: Rollout): string => {
  if (rollout.before === null) return "first deploy";
  if (!isWritten(rollout)) return "not changed by this deploy";
  return ownUpdate(rollout)?.state ?? "no task had to roll";
};

const footer = (run: Run, result: StageResult): string => {
  const took = result.startedAt ? `, ${seconds(result.startedAt, result.endedAt)}` : "";
  const who = run.source.is === "pull-request" ? ` · asked by ${code(run.source.askedBy)}` : "";
  const deployed = result.observations.findLast((o) => o.is === "deployed");
  const by = deployed ? ` · deployed by ${code(deployed.by)}` : "";
  return `<sub>commit ${code(run.head)}${who}${by} · run ${code(run.id)} · ${day(result.endedAt)}${took}</sub>`;
};
