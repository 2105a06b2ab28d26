/**
 * A first deploy has no UpdateStatus, and Swarm restarts its tasks for ever. Three deaths of distinct tasks are enough to
 * say so without burning the deadline. But an app may well die until the database beside it is up: only deaths after
 * the rest of the stack stood count. Where no task is left to wait for, one death is the end.
 */
import type { Finding } from "../finding.ts";
import type { Death, Rollout } from "../rollout.ts";
import { causeOf } from "./cause.ts";
import { describeTasks, isClean, liveTasks, wanted } from "./converged.ts";
import { withEvidence } from "./evidence.ts";
import type { Rule } from "./ruling.ts";
import { isWritten } from "./unchanged.ts";

const ENOUGH = 3;

export const crashLooping: Rule = (rollout, nowMs, others) => {
  if (isClean(rollout)) return null;
  const deaths = deathsThatCount(rollout);
  const isGivenUp = deaths.length > 0 && liveTasks(rollout).length === 0 && wanted(rollout) !== 0;
  if (deaths.length < ENOUGH && !isGivenUp) return null;
  const death = deaths[0] ?? null;
  const cause = causeOf(death);
  const finding: Finding = { is: "crash-looping", rollout, deaths: deaths.length, isGivenUp, death, cause };
  const unready = others.filter((other) => isStillComingUp(other));
  const readyAt = others.filter(isWritten).map((other) => other.steadySince);
  const sinceReady = deaths.filter(({ seenAt }) => readyAt.every((at) => seenAt >= at));
  if (isGivenUp || (unready.length === 0 && sinceReady.length >= ENOUGH))
    return withEvidence(rollout, nowMs, death, finding);
  const waiting = unready.length > 0 ? unready.flatMap(describeTasks) : describeTasks(rollout);
  return { is: "wait", for: waiting, until: null, orElse: finding };
};

/** What dies again and again itself is not waited for. */
const isStillComingUp = (other: Rollout): boolean =>
  isWritten(other) && !isClean(other) && deathsThatCount(other).length < ENOUGH;

/** A task that may finish for good has not died when it does. */
const deathsThatCount = ({ deaths, now }: Rollout): Death[] =>
  deaths.filter(({ task }) => task.state !== "complete" || now?.service.spec.restart === "any");
