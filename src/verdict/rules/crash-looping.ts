/**
 * A first deploy has no UpdateStatus, and Swarm restarts its tasks for ever. Three deaths of distinct tasks are enough to
 * say so without burning the deadline; so is one death after which no task is left to wait for.
 */
import { causeOf } from "./cause.ts";
import { isClean, liveTasks, wanted } from "./converged.ts";
import type { Rule } from "./ruling.ts";

const ENOUGH = 3;

export const crashLooping: Rule = (rollout) => {
  if (isClean(rollout)) return null;
  const spec = rollout.now?.service.spec;
  const deaths = rollout.deaths.filter((d) => !(d.task.state === "complete" && spec?.restart !== "any"));
  const isGivenUp = deaths.length > 0 && liveTasks(rollout).length === 0 && wanted(rollout) !== 0;
  if (deaths.length < ENOUGH && !isGivenUp) return null;
  const death = deaths[0] ?? null;
  return {
    is: "finding",
    finding: { is: "crash-looping", rollout, deaths: deaths.length, death, cause: causeOf(death) },
  };
};
