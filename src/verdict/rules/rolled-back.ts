/**
 * Swarm put the previous spec back, labels included: whatever the stamp says after that is Swarm's doing. Only an
 * automatic rollback leaves no PreviousSpec; after `docker service rollback` it is the newer spec.
 */
import type { Death } from "../death.ts";
import type { Cause, Finding } from "../finding.ts";
import type { Rollout } from "../rollout.ts";
import { causeOf } from "./cause.ts";
import { withEvidence } from "./evidence.ts";
import { ownUpdate, ownUpdates } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

export const rolledBack: Rule = (rollout, nowMs) => {
  const death = rollout.deaths[0] ?? null;
  const cause = causeOf(death);
  const latest = ownUpdate(rollout)?.state;
  switch (latest) {
    case "rollback_started":
      return { is: "wait", for: ["Swarm's rollback to end"], until: null, orElse: null };
    case "rollback_paused": {
      const revert = revertOf(rollout);
      const finding: Finding = { is: "rollback-paused", rollout, death, cause, revert };
      // Two deaths brought this about, and the second is read a moment after the state.
      return withEvidence(rollout, nowMs, revert ? death : null, finding);
    }
    default: {
      // Any later write erases the status, so a rollback counts wherever the record has it.
      const seen = ownUpdates(rollout).findLast(({ service }) => isRollback(service.update?.state));
      if (!seen) return null;
      const by = seen.service.previous ? "person" : "swarm";
      const finding: Finding = { is: "rolled-back", rollout, by, death, cause };
      return by === "person" ? { is: "finding", finding } : withEvidence(rollout, nowMs, death, finding);
    }
  }
};

const isRollback = (state: string | undefined): boolean => state?.startsWith("rollback_") ?? false;

const revertOf = (rollout: Rollout): { death: Death; cause: Cause } | null => {
  const death = rollout.deathsAfterRevert[0];
  return death ? { death, cause: causeOf(death) } : null;
};
