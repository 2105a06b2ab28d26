/** Sentences that several stories share: how a task died, what the recipe's policy says, what helps against the cause. */

import type { Death } from "../verdict/death.ts";
import type { Cause } from "../verdict/finding.ts";
import { limitReached } from "../verdict/limit.ts";
import type { Rollout } from "../verdict/rollout.ts";
import { causeOf, isMemoryRuledOut } from "../verdict/rules/cause.ts";
import { clock, code, seconds } from "./markdown.ts";
import type { Story } from "./paragraph.ts";
import { memoryAdvice, memoryWords } from "./story-memory.ts";
import { causeWords, isOfHost, type Write } from "./words.ts";

export type { Story };

type Died = { rollout: Rollout; death: Death | null; cause: Cause | null };

export const deathSentence = ({ rollout, death, cause }: Died, kind = "new task"): string => {
  if (!death) return `A task of ${rollout.name} failed; which one was not captured.`;
  const why = cause ?? causeOf(death);
  const after = seconds(death.task.createdAt, death.task.changedAt);
  const whose = death.isNamedBySwarm ? ", the one that Swarm names," : "";
  return `The ${kind} ${code(death.task.id)} of ${rollout.name}${whose} ${causeWords(why)}, ${after} after it was created${proofWords(why, death)}.`;
};

const proofWords = (cause: Cause, death: Death): string => {
  switch (cause.is) {
    case "out-of-memory":
      return `: exit code ${cause.exitCode ?? "unknown"}${memoryWords(cause.proof)}`;
    case "unhealthy":
      if (cause.lastOutput) return `; the healthcheck last said ${code(cause.lastOutput)}`;
      return death.elsewhere === null ? "" : `; what the healthcheck said is ${notHere(death.elsewhere)}`;
    case "image-unavailable":
    case "rejected":
      return `: ${code(cause.error)}`;
    case "unknown":
      return `: ${code(cause.because)}`;
    case "exited":
      return exitProof(cause, death);
  }
};

const notHere = (node: string): string => `not on this node (it was on node ${code(node)})`;

const exitProof = ({ code: exit, signal }: Extract<Cause, { is: "exited" }>, death: Death): string => {
  const sent = signal === "SIGKILL" ? ` by ${signal}` : "";
  if (exit !== 137) return "";
  if (death.elsewhere !== null)
    return `${sent}; whether memory was the reason is not known: the container was ${notHere(death.elsewhere)}, and only there are its ${code("OOMKilled")} flag and the kernel's counters`;
  return isMemoryRuledOut(death)
    ? `${sent}; the kernel killed nothing on this host for want of memory in that time`
    : `${sent}; nothing shows that memory was the reason`;
};

export const policyWords = (rollout: Rollout): string => {
  const policy = (rollout.applied ?? rollout.now)?.service.spec.updatePolicy;
  if (!policy)
    return `The recipe sets no ${code("update_config")} (Swarm's default is ${code("failure_action: pause")})`;
  const monitor = `monitor: ${(policy.monitorMs || 5_000) / 1000}s`;
  return `The recipe's ${code("update_config")} says ${code(`failure_action: ${policy.failureAction}`)}, ${code(`order: ${policy.order}`)}, ${code(monitor)}`;
};

/** Who wrote, when, from which version to which. */
export const writeWords = ({ at, from, to }: Write): string =>
  `at ${clock(at)} somebody else wrote to the service (${code(`Version.Index ${from ?? "none"}`)} → ${code(String(to))})`;

type Advised = { rollout: Rollout; death: Death | null; cause: Cause };
export const causeAdvice = ({ rollout, death, cause }: Advised): string => {
  switch (cause.is) {
    case "out-of-memory":
      return memoryAdvice(rollout, isOfHost(cause.proof), limitReached(rollout, death));
    case "exited":
      if (cause.signal === "SIGKILL" && death?.elsewhere)
        return `Find out who killed it, on node ${code(death.elsewhere)}: ${code(`docker inspect ${death.task.container?.slice(0, 12) ?? ""}`)} there tells whether it was ${code("OOMKilled")}, and that host's kernel log tells of that second; then re-run.`;
      return cause.signal === "SIGKILL"
        ? "Find out who killed it: the timeline below, the app's log and the host's kernel log around that second; then re-run."
        : "Read the task's error and the app's log, both below, for the reason of that exit; then re-run.";
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
