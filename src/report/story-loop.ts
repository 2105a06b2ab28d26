/** The stories of tasks that die without a rollback: again and again, after Swarm's watch, or because Swarm is told to go on. */
import type { Finding } from "../verdict/finding.ts";
import { ownUpdate } from "../verdict/rules/own-update.ts";
import { clock, code, seconds } from "./markdown.ts";
import { causeAdvice, deathSentence, type Story, writeWords } from "./story-parts.ts";
import { endOfWatch } from "./words.ts";

type Of<K extends Finding["is"]> = Extract<Finding, { is: K }>;

export const crashStory = (finding: Of<"crash-looping">): Story => ({
  happened: `${deathSentence(finding)} ${again(finding)}`,
  isNot: crashIsNot(finding),
  next: endOfWatch(finding.rollout)
    ? `${causeAdvice(finding)} And find the second writer, who took the rollback away.`
    : causeAdvice(finding),
});

const again = ({ isGivenUp, deaths }: Of<"crash-looping" | "update-continued">): string =>
  isGivenUp
    ? "Its restart policy lets Swarm start no further task."
    : `Swarm started it again and again: ${deaths} tasks of this deploy have died.`;

const crashIsNot = ({ rollout }: Of<"crash-looping">): string => {
  if (rollout.before === null)
    return "Not a rollback: this is a first deploy, and there is nothing to go back to.";
  const write = endOfWatch(rollout);
  if (write)
    return `Not a rollback, and none can follow: ${writeWords(write)}, and that ended Swarm's watch over this update (the ${code("UpdateStatus")} is gone).`;
  const ratio = rollout.now?.service.spec.updatePolicy?.maxFailureRatio ?? 0;
  if (ownUpdate(rollout)?.state === "completed")
    return ratio > 0
      ? `Not a rollback, and none will come: ${code(`max_failure_ratio: ${ratio}`)} allows that many failures, and Swarm calls the update completed.`
      : "Not a rollback, and none will come: Swarm calls the update completed and no longer watches.";
  return "Not a rollback: Swarm had no update to watch over, and so restarts it for ever.";
};

export const continuedStory = (finding: Of<"update-continued">): Story => {
  const update = ownUpdate(finding.rollout);
  const completedAt = update?.state === "completed" ? update.completedAt : null;
  return {
    happened: `${deathSentence(finding)} ${again(finding)}${completedAt ? completedWords(completedAt, finding) : ""}`,
    isNot: `Not a rollback, and none will come: ${code("failure_action: continue")} lets Swarm go on whatever fails${completedAt ? "; its word “completed” says nothing of the tasks" : ""}.`,
    next: `${causeAdvice(finding)} With ${code("failure_action: rollback")} Swarm would have put the old version back.`,
  };
};

/** The engine's times on both sides. */
const completedWords = (completedAt: string, { death }: Of<"update-continued">): string => {
  const diedAt = death?.task.changedAt ?? completedAt;
  const isBefore = Date.parse(diedAt) < Date.parse(completedAt);
  const when = isBefore
    ? `${seconds(diedAt, completedAt)} after that task's death`
    : `${seconds(completedAt, diedAt)} before that task's death`;
  return ` All the same Swarm called the update completed at ${clock(completedAt)}, ${when}.`;
};

export const settledLateStory = (finding: Of<"settled-late">): Story => {
  const { rollout, completedAt, death } = finding;
  const monitor = (rollout.now?.service.spec.updatePolicy?.monitorMs || 5_000) / 1000;
  const late = death
    ? ` That is ${seconds(completedAt, death.task.changedAt)} after Swarm had called the update completed (${clock(completedAt)}, the engine's clock).`
    : ` Swarm had called the update completed at ${clock(completedAt)}.`;
  return {
    happened: `${deathSentence(finding)}${late}`,
    isNot: `Not a rollback, and none will come: Swarm watches each task for ${code(`monitor: ${monitor}s`)} and no longer. The labels are the new ones and look right.`,
    next: `${causeAdvice(finding)} A longer ${code("update_config.monitor")} would let Swarm itself see it.`,
  };
};
