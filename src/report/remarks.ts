/**
 * What is said of which lines of a recipe: the part of it that made Swarm act as it did, and the part that the cause points
 * at. Invariant: a remark never claims more than its finding shows. Left out on purpose: findings about which no line of
 * the recipe has anything to say (a stamp, a service that is gone, an exit code).
 */
import { short } from "../recipe/commit.ts";
import type { DeclaredService } from "../recipe/declared.ts";
import type { Cause, Finding } from "../verdict/finding.ts";
import { limitReached } from "../verdict/limit.ts";
import type { UpdatePolicy } from "../verdict/observation.ts";
import type { Rollout } from "../verdict/rollout.ts";
import { oneLine } from "./markdown.ts";
import type { Remark } from "./remark.ts";
import { causeWords, findingTitle, schedulerWords } from "./words.ts";

type Of<K extends Finding["is"]> = Extract<Finding, { is: K }>;
type Died = Extract<Finding, { cause: Cause }>;

export const remarksOn = (finding: Finding, declared: readonly DeclaredService[]): Remark[] => {
  if (finding.is === "invalid-recipe") return invalidRemarks(finding);
  // What a person rolled back failed in nothing.
  if (!("rollout" in finding) || (finding.is === "rolled-back" && finding.by === "person")) return [];
  const where = declared.find(({ service }) => service === finding.rollout.service);
  if (where === undefined) return [];
  const causes = "cause" in finding ? causeRemarks(finding, where) : [];
  return [...findingRemarks(finding, where), ...causes];
};

const invalidRemarks = ({ file, line, reason }: Of<"invalid-recipe">): Remark[] =>
  line === null ? [] : [{ at: { file, line }, level: "failure", title: "Invalid recipe", message: reason }];

const findingRemarks = (finding: Finding, where: DeclaredService): Remark[] => {
  switch (finding.is) {
    case "rolled-back":
      return [onPolicy(finding, where, "With failure_action: rollback Swarm put the previous spec back.")];
    case "rollback-paused":
      return [
        onPolicy(
          finding,
          where,
          "With failure_action: rollback Swarm began to put the previous spec back, and that failed as well.",
        ),
      ];
    case "update-paused":
      return [pausedRemark(finding, where)];
    case "update-continued":
      return [onPolicy(finding, where, "With failure_action: continue Swarm goes on whatever fails.")];
    case "settled-late":
      return [onPolicy(finding, where, lateWords(finding.rollout))];
    case "unschedulable":
      return isAboutPlacement(finding) ? [placementRemark(finding, where)] : [];
    case "wrong-image":
      return [wrongImageRemark(finding, where)];
    default:
      return [];
  }
};

const onPolicy = (finding: Died, { updateConfig }: DeclaredService, then: string): Remark => ({
  at: updateConfig,
  level: "warning",
  title: findingTitle(finding),
  message: `${diedSentence(finding)} ${then}`,
});

const pausedRemark = (finding: Of<"update-paused">, where: DeclaredService): Remark => {
  const stopped = "the update stopped half-way, and nothing goes back by itself.";
  if (where.updateConfig)
    return onPolicy(finding, where, `With failure_action: pause, which is Swarm's default too, ${stopped}`);
  return {
    at: where.image,
    level: "notice",
    title: findingTitle(finding),
    message: `${diedSentence(finding)} The recipe sets no update_config for this service, and Swarm's default is failure_action: pause: ${stopped}`,
  };
};

/** Zero and none both mean Swarm's own five seconds. */
const lateWords = (rollout: Rollout): string =>
  `Swarm watches a new task for monitor: ${(policyOf(rollout)?.monitorMs || 5_000) / 1000}s, and had called the update completed by then. A longer monitor would let Swarm itself see it.`;

/** For a global service without an eligible node Swarm says nothing at all. */
const isAboutPlacement = ({ said }: Of<"unschedulable">): boolean =>
  said === "" || /constraints|max replicas/.test(said);

const placementRemark = (finding: Of<"unschedulable">, { placement }: DeclaredService): Remark => ({
  at: placement,
  level: "failure",
  title: findingTitle(finding),
  message: `No node can take ${finding.rollout.name}: ${oneLine(schedulerWords(finding))}. Mend this placement, or give a node what it asks for: Swarm itself would wait for ever.`,
});

const wrongImageRemark = (finding: Of<"wrong-image">, { image }: DeclaredService): Remark => ({
  at: image,
  level: "failure",
  title: findingTitle(finding),
  message: `${finding.rollout.name} runs ${finding.running.join(", ")}, and ${short(finding.rollout.expectation.commit)} names ${finding.wanted}. The deployer, or a compose file that it added, pinned another image.`,
});

const causeRemarks = (finding: Died, where: DeclaredService): Remark[] => {
  const { cause, rollout } = finding;
  switch (cause.is) {
    case "unhealthy":
      return [healthRemark(rollout, cause.lastOutput, where)];
    case "image-unavailable":
      return [
        {
          at: where.image,
          level: "failure",
          title: `Image not available: ${rollout.name}`,
          message: `The engine could not get this image: ${cause.error}`,
        },
      ];
    case "out-of-memory":
      return isCrowded(finding) ? [crowdedRemark(rollout, where)] : [];
    default:
      return [];
  }
};

const healthRemark = (rollout: Rollout, output: string | null, where: DeclaredService): Remark => {
  const remark = { level: "failure", title: `Healthcheck failed: ${rollout.name}` } as const;
  return where.healthcheck
    ? { ...remark, at: where.healthcheck, message: checkWords(output) }
    : { ...remark, at: where.image, message: `The healthcheck is this image's own. ${checkWords(output)}` };
};

const checkWords = (output: string | null): string => {
  if (output === null) return "What the last check said was not captured.";
  return output.trim() === "" ? "The last check said nothing." : `The last check said: ${output.trim()}`;
};

const crowdedRemark = (rollout: Rollout, { updateConfig }: DeclaredService): Remark => ({
  at: updateConfig,
  level: "warning",
  title: `Old and new at once: ${rollout.name}`,
  message:
    "With order: start-first the old and the new task run at once, so the host needs memory for both. Use order: stop-first, or give the host more memory, or make the new version need less.",
});

/** Not where the container had a limit of its own: what hit that limit was the new task alone. */
const isCrowded = ({ rollout, death }: Died): boolean =>
  rollout.before !== null &&
  policyOf(rollout)?.order === "start-first" &&
  limitReached(rollout, death) === null;

const policyOf = (rollout: Rollout): UpdatePolicy | null =>
  (rollout.applied ?? rollout.now)?.service.spec.updatePolicy ?? null;

const diedSentence = ({ rollout, death, cause }: Died): string =>
  death === null
    ? `A task of ${rollout.name} failed; which one was not captured.`
    : `The new task ${death.task.id} of ${rollout.name} ${causeWords(cause)}${errorWords(cause)}.`;

const errorWords = (cause: Cause): string => {
  if (cause.is === "rejected" || cause.is === "image-unavailable") return `: ${oneLine(cause.error)}`;
  return cause.is === "unknown" ? `: ${oneLine(cause.because)}` : "";
};
