/**
 * Swarm put the previous spec back, labels included: whatever the stamp says after that is Swarm's doing. Only an
 * automatic rollback leaves no PreviousSpec; after `docker service rollback` it is the newer spec.
 */
import { causeOf, mayStillChange } from "./cause.ts";
import { ownUpdate } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

export const rolledBack: Rule = (rollout, nowMs) => {
  const update = ownUpdate(rollout);
  const death = rollout.deaths[0] ?? null;
  if (update?.state === "rollback_started")
    return { is: "wait", for: ["Swarm's rollback to end"], until: null };
  if (update?.state === "rollback_paused")
    return { is: "finding", finding: { is: "rollback-paused", rollout, death, cause: causeOf(death) } };
  if (update?.state !== "rollback_completed") return null;
  const evidenceBy = Date.parse(rollout.now?.at ?? rollout.beganAt) + EVIDENCE_WITHIN_MS;
  if ((death === null && nowMs < evidenceBy) || mayStillChange(death, nowMs))
    return { is: "wait", for: ["the evidence of the failed task"], until: evidenceBy };
  const by = rollout.now?.service.previous ? "person" : "swarm";
  return { is: "finding", finding: { is: "rolled-back", rollout, by, death, cause: causeOf(death) } };
};
const EVIDENCE_WITHIN_MS = 1_000;
