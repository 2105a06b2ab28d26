/**
 * The story of a rollback: what the new spec was, which task failed and how, what in the recipe let Swarm go back, and which
 * task has been serving meanwhile. A stamp is spoken of only for the service that carries one.
 */
import { short } from "../recipe/commit.ts";
import { isStampOf } from "../recipe/stamp.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Rollout } from "../verdict/rollout.ts";
import { stampIn } from "../verdict/rules/stamp.ts";
import { clock, code } from "./markdown.ts";
import { causeAdvice, deathSentence, policyWords, type Story, writeWords } from "./story-parts.ts";
import { restored, writeOf } from "./words.ts";

type RolledBack = Extract<Finding, { is: "rolled-back" }>;

export const rolledBackStory = (finding: RolledBack): Story => {
  const { rollout } = finding;
  if (finding.by === "person") {
    const write = rollout.writes.findLast((w) => w.by === "person");
    const when = write ? `: ${writeWords(writeOf(write))}` : "";
    return {
      happened: `Somebody asked for a rollback of ${rollout.name} (${code("docker service rollback")}) while this run was at work${when}.`,
      isNot: "Not a failure of the recipe: Swarm found no fault with the new tasks.",
      next: "Re-run when nobody else works on this stack.",
    };
  }
  const labels = isStamped(rollout) ? `, labels included: the stamp is ${code(restored(rollout))} now` : "";
  const because = rollout.applied ? `${policyWords(rollout)}, so Swarm` : "Swarm";
  return {
    happened: `${appliedSentence(rollout)} ${deathSentence(finding)} ${because} put the previous spec back${labels}.${survivorSentence(rollout)}`,
    isNot: whatItIsNot(rollout),
    next: causeAdvice(finding),
  };
};

const isStamped = (rollout: Rollout): boolean => rollout.service === rollout.expectation.stampedService;

const appliedSentence = (rollout: Rollout): string => {
  if (!rollout.applied) return `The new spec of ${rollout.name} was not captured live.`;
  const stamp = stampIn(rollout.applied.service.spec.labels, rollout);
  const stamped = isStamped(rollout) ? ` (stamp ${code(stamp ?? "none")})` : "";
  return `Swarm took the new spec of ${rollout.name}${stamped} at ${clock(rollout.applied.at)}.`;
};

/** With start-first and a healthcheck the old task never stopped: the app looks healthy, and is the old one. */
const survivorSentence = (rollout: Rollout): string => {
  const survivor = rollout.tasks.find(
    (t) => t.state === "running" && rollout.olderTasks.some((o) => o.id === t.id),
  );
  return survivor
    ? ` The old task ${code(survivor.id)} ran all along, so ${rollout.name} looks healthy: it is the old version.`
    : "";
};

const whatItIsNot = (rollout: Rollout): string => {
  const head = code(short(rollout.expectation.commit));
  if (!isStamped(rollout)) return "Not a stamp mismatch: this service carries no stamp.";
  if (!rollout.applied)
    return rollout.stamped.length > 0
      ? `Not a stamp mismatch: the engine has tasks that were created under the stamp ${head}.`
      : `Not shown to be the right commit either: ${head} was not seen live, and the engine has no task under its stamp.`;
  const got = stampIn(rollout.applied.service.spec.labels, rollout);
  if (got !== null && isStampOf(got, rollout.expectation.commit))
    return `Not a stamp mismatch and no fault of the checkout: the service did carry ${head} until Swarm took it away.`;
  return `Not the only fault: the deployer had stamped ${code(got ?? "nothing")} instead of ${head}, and the rollback did not cause that.`;
};

type RollbackPaused = Extract<Finding, { is: "rollback-paused" }>;

export const rollbackPausedStory = (finding: RollbackPaused): Story => {
  const { rollout, revert } = finding;
  const back = isStamped(rollout) ? ` (stamp ${code(restored(rollout))})` : "";
  const failedToo = revert
    ? `and that failed as well. ${deathSentence({ rollout, ...revert }, "restored task")} So Swarm stopped (${code("rollback_paused")}).`
    : `and that failed as well, so it stopped (${code("rollback_paused")}); which task of it failed was not captured.`;
  const isDown = !rollout.tasks.some((t) => t.state === "running");
  return {
    happened: `${deathSentence(finding)} Swarm began to put the previous spec back${back}, ${failedToo}${isDown ? ` No task of ${rollout.name} runs.` : ""}`,
    isNot: `Not a finished rollback, though the labels are the old ones again: neither version runs as it should. ${stampIsNot(rollout)}`,
    next: "Find out why the old version does not start any more: what did the new one change in a volume or a database? The error of its task is below.",
  };
};

const stampIsNot = (rollout: Rollout): string =>
  isStamped(rollout)
    ? "Not a stamp mismatch: Swarm's rollback put the old label back."
    : "Not a stamp mismatch: this service carries no stamp.";
