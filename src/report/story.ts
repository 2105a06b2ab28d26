/**
 * The first paragraph of a red check: what happened, what it is not, what to do next. It says only what the evidence shows,
 * and it says so where something was not captured.
 */
import { short } from "../recipe/commit.ts";
import type { Cause, Finding } from "../verdict/finding.ts";
import type { UpdatePolicy } from "../verdict/observation.ts";
import type { Death, Rollout } from "../verdict/rollout.ts";
import { clock, code, seconds } from "./markdown.ts";
import { answerWords, causeWords, restored } from "./words.ts";

export type Story = { happened: string; isNot: string; next: string };
type Of<K extends Finding["is"]> = Extract<Finding, { is: K }>;

export const storyOf = (finding: Finding): Story => {
  switch (finding.is) {
    case "invalid-recipe":
      return {
        happened: `The recipe cannot be deployed: ${place(finding)} ${code(finding.reason)}.`,
        isNot:
          "Nothing was deployed and nothing was created on the engine, so this says nothing about the app.",
        next: `Mend ${place(finding)} and push; ${code("docker stack config")} on your machine says the same.`,
      };
    case "deploy-refused":
      return {
        happened: `${code(finding.by)} was refused by the engine: ${code(finding.said)}.`,
        isNot: "No rollout began, so no task failed and no stamp is wrong.",
        next: "Mend what the message names and push.",
      };
    case "rolled-back":
      return rolledBackStory(finding);
    case "rollback-paused":
      return {
        happened: `${deathSentence(finding)} Swarm began to put the previous spec back, and that failed as well, so it stopped (${code("rollback_paused")}).`,
        isNot: "Not a stamp mismatch: the label was put back by Swarm's rollback.",
        next: "Find out why the old version does not start any more: what did the new one change in a volume or a database? Then see its task's error below.",
      };
    case "update-paused":
      return {
        happened: `${deathSentence(finding)} ${policyWords(finding.rollout)}, so Swarm stopped the update where it was (${code("paused")}).`,
        isNot: "Not a rollback: the new spec is still the service's, and part of its tasks may be old.",
        next: causeAdvice(finding.cause),
      };
    case "crash-looping":
      return {
        happened: `${deathSentence(finding)} Swarm started it again and again: ${finding.deaths} tasks of this deploy have died.`,
        isNot: "Not a rollback: there was nothing to go back to, or the update had been called completed.",
        next: causeAdvice(finding.cause),
      };
    case "not-converged":
      return {
        happened: `${finding.rollout.name} did not settle within ${finding.afterMs / 1000} s. It was waiting for: ${finding.waitingFor.map(code).join("; ")}.`,
        isNot: "No task failed and nothing was rolled back; Swarm itself would wait for ever.",
        next: `If the app is only slow, raise ${code("TIMEOUT")} in ${code(".env.sample")}; if a task is pending, read what the scheduler says.`,
      };
    case "stamp-mismatch":
      return stampStory(finding);
    case "service-gone":
      return {
        happened: `${finding.rollout.name} is defined by the recipe and is not on the engine.`,
        isNot: "Not a failed rollout: the service does not exist.",
        next: "See whether something else removed it (an operator, a second deploy), then re-run.",
      };
    case "not-serving":
      return {
        happened: `Every task runs, but ${finding.service} does not serve on port ${finding.port}: it ${answerWords(finding.answer)}.`,
        isNot: "Not a failed rollout: Swarm is content, the app is not.",
        next: `See the app's own log; if it listens on another port, mend ${code("loadbalancer.server.port")}.`,
      };
  }
};

const place = (finding: Of<"invalid-recipe">): string =>
  code(finding.line === null ? finding.file : `${finding.file}:${finding.line}`);

const rolledBackStory = (finding: Of<"rolled-back">): Story => {
  const { rollout, death, cause } = finding;
  const head = short(rollout.expectation.commit);
  if (finding.by === "person")
    return {
      happened: `Somebody asked for a rollback of ${rollout.name} (${code("docker service rollback")}) while this run was at work.`,
      isNot: "Not a failure of the recipe: Swarm found no fault with the new tasks.",
      next: "Re-run when nobody else works on this stack.",
    };
  return {
    happened: `${appliedSentence(rollout)} ${deathSentence({ rollout, death, cause })} ${policyWords(rollout)}, so Swarm put the previous spec back, labels included: ${code(restored(rollout))}.${survivorSentence(rollout)}`,
    isNot: rollout.applied
      ? `Not a stamp mismatch and no fault of the checkout: the service did carry ${code(head)} until Swarm took it away.`
      : `Not shown to be a stamp mismatch: the new spec was not seen live${rollout.stamped.length > 0 ? `, but the engine has tasks created under the stamp ${code(head)}` : ", and the engine has no task under its stamp either"}.`,
    next: rollbackAdvice(rollout, cause),
  };
};

const appliedSentence = (rollout: Rollout): string =>
  rollout.applied
    ? `Swarm took the new spec of ${rollout.name} (stamp ${code(stampNow(rollout))}) at ${clock(rollout.applied.at)}.`
    : `The new spec of ${rollout.name} was not captured live.`;

const stampNow = ({ applied, expectation }: Rollout): string =>
  applied?.service.spec.labels[expectation.stampLabel] ?? "none";

const deathSentence = (seen: { rollout: Rollout; death: Death | null; cause: Cause }): string => {
  const { rollout, death, cause } = seen;
  if (!death) return `A task of ${rollout.name} failed; which one was not captured.`;
  const after = seconds(death.task.createdAt, death.task.changedAt);
  const whose = death.isNamedBySwarm ? ", the one that Swarm names," : "";
  return `Its new task ${code(death.task.id)}${whose} ${causeWords(cause)} ${after} after it was created${proofWords(cause)}.`;
};

const proofWords = (cause: Cause): string => {
  switch (cause.is) {
    case "out-of-memory":
      return `: exit code ${cause.exitCode ?? "unknown"}, ${cause.proof.join(", ")}`;
    case "unhealthy":
      return cause.lastOutput ? `; the healthcheck last said ${code(cause.lastOutput)}` : "";
    case "image-unavailable":
    case "rejected":
      return `: ${code(cause.error)}`;
    case "unknown":
      return `: ${cause.because}`;
    case "exited":
      return cause.code === 137 ? "; nothing shows that memory was the reason" : "";
  }
};

export const policyOf = (rollout: Rollout): UpdatePolicy | null =>
  (rollout.applied ?? rollout.now)?.service.spec.updatePolicy ?? null;

const policyWords = (rollout: Rollout): string => {
  const policy = policyOf(rollout);
  if (!policy)
    return `The recipe sets no ${code("update_config")} (Swarm's default is ${code("failure_action: pause")})`;
  return `The recipe's ${code("update_config")} says ${code(`failure_action: ${policy.failureAction}`)}, ${code(`order: ${policy.order}`)}, ${code(`monitor: ${(policy.monitorMs || 5_000) / 1000}s`)}`;
};

/** With start-first and a healthcheck the old task never stopped: the app looks healthy, and is the old one. */
const survivorSentence = (rollout: Rollout): string => {
  const survivor = rollout.tasks.find(
    (t) => t.state === "running" && rollout.olderTasks.some((o) => o.id === t.id),
  );
  return survivor
    ? ` The old task ${code(survivor.id)} ran all along, so the app looks healthy: it is the old version.`
    : "";
};

const rollbackAdvice = (rollout: Rollout, cause: Cause): string => {
  if (cause.is === "out-of-memory" && policyOf(rollout)?.order === "start-first")
    return `${code("order: start-first")} runs the old and the new task at once, so the host needs memory for both. Use ${code("order: stop-first")}, or give it more memory, or make the new version need less; then re-run.`;
  return causeAdvice(cause);
};

const causeAdvice = (cause: Cause): string => {
  switch (cause.is) {
    case "out-of-memory":
      return "Raise the service's memory limit or the host's memory, or make the new version need less; then re-run.";
    case "exited":
      return "Read the task's error and the app's log for the reason of that exit; then re-run.";
    case "unhealthy":
      return `See whether the healthcheck itself is right and whether ${code("start_period")} is long enough; then re-run.`;
    case "image-unavailable":
      return "Check the image's name and tag, and that the engine may pull it; then re-run.";
    case "rejected":
      return "Mend the mount, network, secret or entrypoint that the error names; then re-run.";
    case "unknown":
      return "See the evidence below; if it repeats, look into the engine's own log.";
  }
};

const stampStory = (finding: Of<"stamp-mismatch">): Story => {
  const { rollout, how, got } = finding;
  const head = code(short(rollout.expectation.commit));
  const service = rollout.name;
  const isNot = `Not a rollback: Swarm's ${code("UpdateStatus")} is ${code(rollout.now?.service.update?.state ?? "empty")}, no rollback was begun, and no task failed.`;
  switch (how) {
    case "never-applied":
      return {
        happened: `${service} carries the stamp ${code(got ?? "none")}, and ${head} was to be deployed. The recorder never saw ${head} on it, and the engine has no task that was created under ${head}.`,
        isNot,
        next: "The deployer deployed another commit than the one under test: look at its checkout, not at the recipe.",
      };
    case "overwritten":
      return {
        happened: `${service} was given the stamp ${head}, and now carries ${code(got ?? "none")}: something else wrote to the service while this run was at work.`,
        isNot,
        next: "Find the second writer (an operator, another deploy of the same stack), then re-run.",
      };
    case "absent":
      return {
        happened: `${service} carries no label ${code(rollout.expectation.stampLabel)} at all, and ${head} was to be deployed.`,
        isNot,
        next: "The deployer did not stamp the service: look at the deployer, not at the recipe.",
      };
  }
};
