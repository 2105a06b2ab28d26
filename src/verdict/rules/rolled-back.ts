/**
 * Swarm put the previous spec back, labels included: whatever the stamp says after that is Swarm's doing. Only an
 * automatic rollback leaves no PreviousSpec; after `docker service rollback` it is the newer spec.
 */
import { causeOf } from "./cause.ts";
import { withEvidence } from "./evidence.ts";
import { ownUpdate } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

export const rolledBack: Rule = (rollout, nowMs) => {
  const death = rollout.deaths[0] ?? null;
  const cause = causeOf(death);
  switch (ownUpdate(rollout)?.state) {
    case "rollback_started":
      return { is: "wait", for: ["Swarm's rollback to end"], until: null, orElse: null };
    case "rollback_paused":
      return withEvidence(rollout, nowMs, death, { is: "rollback-paused", rollout, death, cause });
    case "rollback_completed": {
      const by = rollout.now?.service.previous ? "person" : "swarm";
      const finding = { is: "rolled-back" as const, rollout, by: by as "person" | "swarm", death, cause };
      return by === "person" ? { is: "finding", finding } : withEvidence(rollout, nowMs, death, finding);
    }
    default:
      return null;
  }
};
