/**
 * The first paragraph of a red check: what happened, what it is not, what to do next. It says only what the evidence shows,
 * and it says so where something was not captured.
 */
import type { Finding } from "../verdict/finding.ts";
import { code } from "./markdown.ts";
import { causeAdvice, deathSentence, policyWords, type Story } from "./story-parts.ts";
import { rolledBackStory } from "./story-rollback.ts";
import { stampStory } from "./story-stamp.ts";

type Of<K extends Finding["is"]> = Extract<Finding, { is: K }>;

export const storyOf = (finding: Finding): Story => {
  switch (finding.is) {
    case "invalid-recipe":
      return {
        happened: `The recipe cannot be deployed: ${place(finding)}: ${code(finding.reason)}.`,
        isNot: "Nothing was deployed at this commit, so this says nothing about the app.",
        next: `Mend ${place(finding)} and push.`,
      };
    case "deploy-refused":
      return {
        happened: `${code(finding.by)} ended with an error: ${code(finding.said)}.`,
        isNot:
          "Not a failed rollout: none was judged. Part of the stack may have been written before the error.",
        next: "Mend what the message names and push.",
      };
    case "rolled-back":
      return rolledBackStory(finding);
    case "rollback-paused":
      return {
        happened: `${deathSentence(finding)} Swarm began to put the previous spec back, and that failed as well, so it stopped (${code("rollback_paused")}).`,
        isNot: "Not a stamp mismatch: the labels were put back by Swarm's rollback.",
        next: "Find out why the old version does not start any more: what did the new one change in a volume or a database? The error of its task is below.",
      };
    case "update-paused":
      return {
        happened: `${deathSentence(finding)} ${policyWords(finding.rollout)}, so Swarm stopped the update where it was (${code("paused")}).`,
        isNot: "Not a rollback: the new spec is still the service's, and part of its tasks may be old.",
        next: causeAdvice(finding.cause),
      };
    case "crash-looping":
      return crashStory(finding);
    case "not-converged":
      return lateStory(finding);
    case "stamp-mismatch":
      return stampStory(finding);
    case "service-gone":
      return {
        happened: `${finding.rollout.name} is defined by the recipe and is not on the engine.`,
        isNot: "Not a failed rollout: the service does not exist.",
        next: "See whether something else removed it (an operator, a second deploy), then re-run.",
      };
    case "not-serving":
      return silentStory(finding);
  }
};

const place = (finding: Of<"invalid-recipe">): string =>
  code(finding.line === null ? finding.file : `${finding.file}:${finding.line}`);

const crashStory = (finding: Of<"crash-looping">): Story => {
  const isFirst = finding.rollout.before === null;
  const after = finding.isGivenUp
    ? "Its restart policy lets Swarm start no further task."
    : `Swarm started it again and again: ${finding.deaths} tasks of this deploy have died.`;
  return {
    happened: `${deathSentence(finding)} ${after}`,
    isNot: isFirst
      ? "Not a rollback: this is a first deploy, and there is nothing to go back to."
      : "Not a rollback: Swarm had called the update completed, or had no update to watch over.",
    next: causeAdvice(finding.cause),
  };
};

const lateStory = ({ rollout, afterMs, waitingFor }: Of<"not-converged">): Story => {
  const [death = null] = rollout.deaths;
  const isReverting = rollout.history.some((s) => s.service.update?.state === "rollback_started");
  const told = death ? ` ${deathSentence({ rollout, death, cause: null })}` : "";
  return {
    happened: `${rollout.name} did not settle within ${afterMs / 1000} s. It was waiting for: ${waitingFor.map(code).join("; ")}.${told}`,
    isNot: isReverting
      ? "Not a finished rollback: Swarm had begun one, and it has no end yet."
      : death
        ? "Not decided by Swarm: it had neither given up nor gone back."
        : "No task failed and nothing was rolled back; Swarm itself would wait for ever.",
    next: `If the app is only slow, raise ${code("TIMEOUT")} in ${code(".env.sample")}; if a task is pending, read what the scheduler says.`,
  };
};

const silentStory = ({ service, port, answer }: Of<"not-serving">): Story => ({
  happened:
    answer.is === "http"
      ? `Every task runs, but ${code(service)} does not serve: on port ${port} it answers HTTP ${answer.status}.`
      : `Every task runs, but ${code(service)} does not serve: there is no answer on port ${port} (${code(answer.reason)}).`,
  isNot: "Not a failed rollout: Swarm is content, the app is not.",
  next: `See the app's own log; if it listens on another port, mend ${code("loadbalancer.server.port")}.`,
});
