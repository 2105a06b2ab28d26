/**
 * When deaths of the new spec's tasks are a loop and not a stumble. An app may well die until the database beside it is up:
 * only deaths after the rest of the stack stood count. Where no task is left to wait for, one death is the end.
 */
import type { Death } from "../death.ts";
import type { Finding } from "../finding.ts";
import type { Rollout } from "../rollout.ts";
import { causeOf } from "./cause.ts";
import { describeTasks, isClean, liveTasks, wanted } from "./converged.ts";
import { withEvidence } from "./evidence.ts";
import type { Ruling } from "./ruling.ts";
import { isChanged } from "./unchanged.ts";

const ENOUGH = 3;

/** The ruling under the name that the caller's rule has for it; null while it is no loop. */
export const loopRuling = (
  is: "crash-looping" | "update-continued",
  rollout: Rollout,
  nowMs: number,
  others: readonly Rollout[],
): Ruling | null => {
  if (isClean(rollout)) return null;
  const deaths = deathsThatCount(rollout);
  const isGivenUp = deaths.length > 0 && wanted(rollout) !== 0 && hasNoNext(rollout);
  if (deaths.length < ENOUGH && !isGivenUp) return null;
  const death = deaths[0] ?? null;
  const finding: Finding = {
    is,
    rollout,
    deaths: deaths.length,
    isGivenUp,
    death,
    cause: causeOf(death),
  };
  const hasEnough = deathsOnceOthersStood(rollout, others).length >= ENOUGH;
  return isGivenUp || hasEnough
    ? withEvidence(rollout, nowMs, death, finding)
    : { is: "wait", for: waitsOf(rollout, others), until: null, orElse: finding };
};

/**
 * No task lives, and none will follow. Until Swarm has answered a death it still wants the dead task to run; its answer, the
 * end of that wish and the next task if there is to be one, is a single write.
 */
const hasNoNext = (rollout: Rollout): boolean =>
  liveTasks(rollout).length === 0 && rollout.tasks.every((task) => task.desired !== "running");

/** A task that may finish for good has not died when it does. */
export const deathsThatCount = ({ deaths, now }: Rollout): Death[] =>
  deaths.filter(({ task }) => task.state !== "complete" || now?.service.spec.restart === "any");

/** None while another service of this deploy is still coming up. */
export const deathsOnceOthersStood = (rollout: Rollout, others: readonly Rollout[]): Death[] => {
  if (others.some(isStillComingUp)) return [];
  const readyAt = others.filter(isChanged).map((other) => other.steadySince);
  return deathsThatCount(rollout).filter(({ seenAt }) => readyAt.every((at) => seenAt >= at));
};

/** What dies again and again itself is not waited for. */
export const isStillComingUp = (other: Rollout): boolean =>
  isChanged(other) && !isClean(other) && deathsThatCount(other).length < ENOUGH;

export const waitsOf = (rollout: Rollout, others: readonly Rollout[]): string[] => {
  const unready = others.filter(isStillComingUp);
  return unready.length > 0 ? unready.flatMap(describeTasks) : describeTasks(rollout);
};
