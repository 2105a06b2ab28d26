/** The story of a wrong stamp: told only where no rollback of this deploy is on record. */
import { short } from "../recipe/commit.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Rollout } from "../verdict/rollout.ts";
import { code } from "./markdown.ts";
import { type Story, writeWords } from "./story-parts.ts";
import { writeOf } from "./words.ts";

export const stampStory = (finding: Extract<Finding, { is: "stamp-mismatch" }>): Story => {
  const { rollout, how, got } = finding;
  const head = code(short(rollout.expectation.commit));
  const carried = code(got ?? "none");
  const state = rollout.now?.service.update?.state;
  const update = state
    ? `Swarm's ${code("UpdateStatus")} is ${code(state)}`
    : `there is no ${code("UpdateStatus")}`;
  const deaths = rollout.deaths.length === 0 ? " and no task failed" : "";
  const isNot = `Not a rollback: ${update}, no rollback of this deploy is on record${deaths}.`;
  switch (how) {
    case "never-applied":
      return {
        happened: `${rollout.name} carries the stamp ${carried}, and ${head} was to be deployed. The recorder never saw ${head} on it, and the engine has no task that was created under ${head}.`,
        isNot,
        next: "The deployer deployed another commit than the one under test: look at its checkout, not at the recipe.",
      };
    case "overwritten":
      return {
        happened: `${rollout.name} was given the stamp ${head}, and now carries ${carried}: ${writerWords(rollout)} while this run was at work.`,
        isNot: `${isNot} And no fault of the deployer of this run: it had stamped ${head}.`,
        next: "Find the second writer (an operator, another deploy of the same stack); what it changed is below. Then re-run.",
      };
    case "absent":
      return {
        happened: `${rollout.name} carries no label ${code(rollout.expectation.stampLabel)} at all, and ${head} was to be deployed.`,
        isNot,
        next: "The deployer did not stamp the service: look at the deployer, not at the recipe.",
      };
  }
};

const writerWords = ({ writes }: Rollout): string => {
  const foreign = writes.findLast((write) => write.by === "other");
  return foreign
    ? writeWords(writeOf(foreign))
    : "somebody else wrote to the service (that write itself was not captured)";
};
