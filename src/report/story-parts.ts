/** Sentences that several stories share: how a task died, what the recipe's policy says, what helps against the cause. */
import type { Cause, MemoryProof } from "../verdict/finding.ts";
import type { Death, Rollout } from "../verdict/rollout.ts";
import { causeOf } from "../verdict/rules/cause.ts";
import { clock, code, seconds } from "./markdown.ts";
import { causeWords } from "./words.ts";

export type Story = { happened: string; isNot: string; next: string };

type Died = { rollout: Rollout; death: Death | null; cause: Cause | null };

export const deathSentence = ({ rollout, death, cause }: Died): string => {
  if (!death) return `A task of ${rollout.name} failed; which one was not captured.`;
  const why = cause ?? causeOf(death);
  const after = seconds(death.task.createdAt, death.task.changedAt);
  const whose = death.isNamedBySwarm ? ", the one that Swarm names," : "";
  return `The new task ${code(death.task.id)} of ${rollout.name}${whose} ${causeWords(why)}, ${after} after it was created${proofWords(why)}.`;
};

const proofWords = (cause: Cause): string => {
  switch (cause.is) {
    case "out-of-memory":
      return `: exit code ${cause.exitCode ?? "unknown"}${memoryWords(cause.proof)}`;
    case "unhealthy":
      return cause.lastOutput ? `; the healthcheck last said ${code(cause.lastOutput)}` : "";
    case "image-unavailable":
    case "rejected":
      return `: ${code(cause.error)}`;
    case "unknown":
      return `: ${code(cause.because)}`;
    case "exited":
      return cause.code === 137 ? "; nothing shows that memory was the reason" : "";
  }
};

const memoryWords = ({ isFlagged, oomEventAt }: MemoryProof): string =>
  (isFlagged ? `, ${code("OOMKilled: true")}` : "") +
  (oomEventAt ? `, the kernel's ${code("oom")} event for its container at ${clock(oomEventAt)}` : "");

export const policyWords = (rollout: Rollout): string => {
  const policy = (rollout.applied ?? rollout.now)?.service.spec.updatePolicy;
  if (!policy)
    return `The recipe sets no ${code("update_config")} (Swarm's default is ${code("failure_action: pause")})`;
  const monitor = `monitor: ${(policy.monitorMs || 5_000) / 1000}s`;
  return `The recipe's ${code("update_config")} says ${code(`failure_action: ${policy.failureAction}`)}, ${code(`order: ${policy.order}`)}, ${code(monitor)}`;
};

export const causeAdvice = (cause: Cause): string => {
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
