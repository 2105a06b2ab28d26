/** All the evidence under one finding's story, in the order in which it is read: what it was, when, who, and what else not. */
import type { Death } from "../../verdict/death.ts";
import type { Finding } from "../../verdict/finding.ts";
import type { Observation } from "../../verdict/observation.ts";
import type { Rollout } from "../../verdict/rollout.ts";
import type { Block } from "../budget.ts";
import { findingTitle } from "../words.ts";
import { gapsBlock } from "./gaps.ts";
import { historyBlock } from "./history.ts";
import { labelsBlock } from "./labels.ts";
import { healthBlock, logBlock } from "./last-words.ts";
import { memoryBlock } from "./memory.ts";
import { ruledOutBlock } from "./ruled-out.ts";
import { foreignWritesBlock, specDiffBlock } from "./spec-diff.ts";
import { deathBlock, lostDeathBlock } from "./task.ts";
import { olderFailuresBlock, tasksBlock } from "./tasks.ts";
import { timelineBlock } from "./timeline.ts";
import { witnessesBlock } from "./witnesses.ts";

/** `observations`: those of the whole stage. */
export const evidenceOf = (
  finding: Finding & { rollout: Rollout },
  observations: readonly Observation[],
): Block[] => {
  const { rollout } = finding;
  return [
    labelsBlock(rollout),
    ...foreignWritesBlock(rollout),
    timelineBlock(rollout, observations, findingTitle(finding)),
    ...deathBlocks(finding, rollout),
    ...tasksBlock(rollout),
    historyBlock(rollout),
    specDiffBlock(rollout),
    witnessesBlock(rollout),
    ruledOutBlock(observations, rollout),
    ...olderFailuresBlock([rollout]),
    ...gapsBlock(rollout),
  ];
};

const deathBlocks = (finding: Finding, rollout: Rollout): Block[] => {
  const death = "death" in finding ? finding.death : (rollout.deaths[0] ?? null);
  const revert = finding.is === "rollback-paused" ? finding.revert : null;
  const lost = "death" in finding && death === null ? [lostDeathBlock(rollout)] : [];
  return [
    ...lost,
    ...(death ? ofOne("The task that died", 8, death, rollout) : []),
    ...(revert ? ofOne("The task of the restored spec that died as well", 7, revert.death, rollout) : []),
  ];
};

const ofOne = (title: string, worth: number, death: Death, rollout: Rollout): Block[] => [
  deathBlock(title, worth, death, rollout),
  ...memoryBlock(death),
  ...healthBlock(death),
  ...logBlock(death),
];
