/**
 * When a verdict could first have been given: the engine's own time of the event that decided it, or the end of the period
 * that the rules wait out. Found by asking the judge again, backwards through the record, which is the same as it was then.
 */
import type { Death } from "../src/verdict/death.ts";
import type { Finding } from "../src/verdict/finding.ts";
import type { EngineEvent, Observation } from "../src/verdict/observation.ts";
import { judge } from "../src/verdict/verdict.ts";

export type Decided = { by: "event" | "period"; atMs: number };

/** `observations` up to the one that settled it, which is not among them. */
export const decidingMoment = (
  observations: readonly Observation[],
  finding: Finding | null,
  verdictAtMs: number,
): Decided | null => {
  const event = eventBehind(observations, finding);
  if (event !== null) return { by: "event", atMs: event };
  const index = decidingIndex(observations);
  const upTo = observations.slice(0, index + 1);
  const endMs = endOfPeriod(upTo, verdictAtMs);
  if (endMs !== null) return { by: "period", atMs: endMs };
  const last = eventsIn(observations.slice(0, index + 2)).findLast((e) => e.type === "service");
  return last ? { by: "event", atMs: Date.parse(last.at) } : null;
};

/** The last observation after which the judge, asked at that moment, still wanted to wait. */
const decidingIndex = (observations: readonly Observation[]): number =>
  observations.findLastIndex(
    (o, index) => judge(observations.slice(0, index + 1), Date.parse(o.at)).is === "open",
  );

/** When time alone makes the judge settle, if it does before the verdict came. */
const endOfPeriod = (observations: readonly Observation[], verdictAtMs: number): number | null => {
  let atMs = Date.parse(observations.at(-1)?.at ?? "");
  for (;;) {
    const judgement = judge(observations, atMs);
    if (judgement.is !== "open") return atMs;
    if (judgement.lookAgainAt === null || judgement.lookAgainAt > verdictAtMs) return null;
    if (judgement.lookAgainAt <= atMs) return null;
    atMs = judgement.lookAgainAt;
  }
};

const eventBehind = (observations: readonly Observation[], finding: Finding | null): number | null => {
  switch (finding?.is) {
    case "rolled-back":
      return stateEvent(observations, finding.rollout.service, "rollback_completed");
    case "rollback-paused":
      return stateEvent(observations, finding.rollout.service, "rollback_paused");
    case "update-paused":
      return stateEvent(observations, finding.rollout.service, "paused");
    case "crash-looping":
    case "update-continued":
      return endOf(observations, oldestFirst(finding.rollout.deaths).at(finding.isGivenUp ? -1 : 2));
    case "settled-late":
      return endOf(observations, finding.death ?? undefined);
    default:
      return null;
  }
};

const eventsIn = (observations: readonly Observation[]): EngineEvent[] =>
  observations.flatMap((o) => (o.is === "event" ? [o.event] : []));

const stateEvent = (observations: readonly Observation[], service: string, state: string): number | null => {
  const event = eventsIn(observations).findLast((e) => e.service === service && e.updateState === state);
  return event ? Date.parse(event.at) : null;
};

const oldestFirst = (deaths: readonly Death[]): Death[] =>
  [...deaths].sort((a, b) => a.task.changedAt.localeCompare(b.task.changedAt));

const endOf = (observations: readonly Observation[], death: Death | undefined): number | null => {
  if (!death) return null;
  const die = eventsIn(observations).find((e) => e.action === "die" && e.task === death.task.id);
  return Date.parse(die?.at ?? death.task.changedAt);
};
