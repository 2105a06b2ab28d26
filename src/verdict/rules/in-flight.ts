/** `updating` has no end of its own: Swarm waits for ever for a task that stays pending, preparing or starting. */
import { causeOf } from "./cause.ts";
import { describeTasks, isClean } from "./converged.ts";
import { withEvidence } from "./evidence.ts";
import { ownUpdate } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

export const inFlight: Rule = (rollout, nowMs) => {
  const update = ownUpdate(rollout);
  switch (update?.state) {
    case undefined:
    case "completed":
      return null;
    case "updating": {
      const waiting = isClean(rollout)
        ? [`Swarm to end its watch over ${rollout.name}`]
        : describeTasks(rollout);
      return { is: "wait", for: waiting, until: null, orElse: null };
    }
    case "paused": {
      const death = rollout.deaths[0] ?? null;
      return withEvidence(rollout, nowMs, death, {
        is: "update-paused",
        rollout,
        death,
        cause: causeOf(death),
      });
    }
    default:
      return { is: "unknown", said: `UpdateStatus.State "${update?.state}" of ${rollout.name}` };
  }
};
