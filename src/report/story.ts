/**
 * The first paragraph of a red check: what happened, what it is not, what to do next. It says only what the evidence shows,
 * and it says so where something was not captured.
 */

import { short } from "../recipe/commit.ts";
import { RECIPE_CONFIG } from "../recipe/recipe-config.ts";
import type { Finding } from "../verdict/finding.ts";
import { dataStory } from "./data.ts";
import { code, count } from "./markdown.ts";
import { testsStory } from "./own-tests.ts";
import { continuedStory, crashStory, settledLateStory } from "./story-loop.ts";
import { causeAdvice, deathSentence, policyWords, type Story } from "./story-parts.ts";
import { rollbackPausedStory, rolledBackStory } from "./story-rollback.ts";
import { stampStory } from "./story-stamp.ts";
import { lateStory, unschedulableStory } from "./story-stuck.ts";

type Of<K extends Finding["is"]> = Extract<Finding, { is: K }>;

export const storyOf = (finding: Finding): Story => {
  switch (finding.is) {
    case "invalid-recipe":
      return {
        happened: `The recipe cannot be deployed: ${place(finding)}: ${code(finding.reason)}.`,
        isNot: "Nothing was deployed at this commit, so this says nothing about the app.",
        next:
          finding.file === RECIPE_CONFIG
            ? `Mend ${place(finding)} where it is read: on the branch that the pull request is to be merged into, or, of a recipe on a disk, in the commit under test.`
            : `Mend ${place(finding)} and push.`,
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
      return rollbackPausedStory(finding);
    case "update-paused":
      return {
        happened: `${deathSentence(finding)} ${policyWords(finding.rollout)}, so Swarm stopped the update where it was (${code("paused")}).`,
        isNot: `Not a rollback: the new spec is still the service's${mixWords(finding)}.`,
        next: `${causeAdvice(finding)} With ${code("failure_action: rollback")} Swarm would have put the old version back.`,
      };
    case "crash-looping":
      return crashStory(finding);
    case "update-continued":
      return continuedStory(finding);
    case "settled-late":
      return settledLateStory(finding);
    case "unschedulable":
      return unschedulableStory(finding);
    case "wrong-image":
      return wrongImageStory(finding);
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
    case "pull-failed":
      return pullStory(finding);
    case "marker-failed":
    case "backup-hook-failed":
    case "restore-hook-failed":
    case "backup-empty":
    case "not-started-again":
    case "data-lost":
      return dataStory(finding);
    case "tests-failed":
      return testsStory(finding);
  }
};

const place = (finding: Of<"invalid-recipe">): string =>
  code(finding.line === null ? finding.file : `${finding.file}:${finding.line}`);

/** Half old, half new: how many of each still run. */
const mixWords = ({ rollout }: Of<"update-paused">): string => {
  const running = rollout.tasks.filter((t) => t.state === "running");
  const fresh = running.filter((t) => rollout.upToDate.includes(t.id)).length;
  if (running.length === 0) return ", and none of its tasks ran at the last reading";
  return `; at the last reading ${count(fresh, "task")} of it and ${count(running.length - fresh, "task")} of the old one ran`;
};

const wrongImageStory = ({ rollout, wanted, running }: Of<"wrong-image">): Story => ({
  happened: `${rollout.name} carries the right stamp, and runs ${running
    .slice(0, 5)
    .map((image) => code(image, 500))
    .join(", ")}. The recipe at ${code(short(rollout.expectation.commit))} names ${code(wanted)}.`,
  isNot: "Not a stamp mismatch and not a rollback: the label is right, what runs under it is not.",
  next: "The deployer, or a compose file that it added, pinned another image: look there, not at the image line of this commit.",
});

const pullStory = ({ images }: Of<"pull-failed">): Story => ({
  happened: `The engine could not fetch ${images
    .map(({ image, error }) => `${code(image)}: ${code(error)}`)
    .join("; ")}.`,
  isNot: "Not a failed rollout: nothing was deployed at this version.",
  next: "See that the image's name and tag are right and that its registry gives it to the engine.",
});

const silentStory = ({ service, port, wants, answer }: Of<"not-serving">): Story => ({
  happened: `Every task runs, but ${code(service)} does not serve: ${silence(port, wants, answer)}.`,
  isNot: "Not a failed rollout: Swarm is content, the app is not.",
  next: `See the app's own log; if it listens on another port, mend ${code("loadbalancer.server.port")}.`,
});

const silence = (
  port: number,
  wants: Of<"not-serving">["wants"],
  answer: Of<"not-serving">["answer"],
): string => {
  const path = wants.is === "http" && wants.path !== "/" ? ` to ${code(wants.path)}` : "";
  switch (answer.is) {
    case "http":
      return answer.fallback === null
        ? `on port ${port} it answers HTTP ${answer.status}${path}`
        : `what answers on port ${port} is a page of ${answer.fallback}, not of the app (HTTP ${answer.status})`;
    case "tcp":
      return `on port ${port} it gave ${count(answer.answers, "answer")} in a row, and is to give ${wants.is === "tcp" ? wants.stable : 1}`;
    case "none":
      return `there is no answer on port ${port}${path} (${code(answer.reason)})`;
  }
};
