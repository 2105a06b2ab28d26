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
import { causeAdvice, deathSentence, policyWords, type Story } from "./story-parts.ts";
import { restored } from "./words.ts";

type RolledBack = Extract<Finding, { is: "rolled-back" }>;

export const rolledBackStory = (finding: RolledBack): Story => {
  const { rollout } = finding;
  if (finding.by === "person")
    return {
      happened: `Somebody asked for a rollback of ${rollout.name} (${code("docker service rollback")}) while this run was at work.`,
      isNot: "Not a failure of the recipe: Swarm found no fault with the new tasks.",
      next: "Re-run when nobody else works on this stack.",
    };
  const labels = isStamped(rollout) ? `, labels included: the stamp is ${code(restored(rollout))} now` : "";
  const because = rollout.applied ? `${policyWords(rollout)}, so Swarm` : "Swarm";
  return {
    happened: `${appliedSentence(rollout)} ${deathSentence(finding)} ${because} put the previous spec back${labels}.${survivorSentence(rollout)}`,
    isNot: whatItIsNot(rollout),
    next: advice(finding),
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

const advice = ({ rollout, cause }: RolledBack): string =>
  cause.is === "out-of-memory" && rollout.applied?.service.spec.updatePolicy?.order === "start-first"
    ? `${code("order: start-first")} runs the old and the new task at once, so the host needs memory for both. Use ${code("order: stop-first")}, or give it more memory, or make the new version need less; then re-run.`
    : causeAdvice(cause);
