/**
 * Swarm's watch ends with the monitor period; ours is as long or longer. A task of the new spec that dies in between did not
 * stay up, and Swarm neither says so nor does anything but start another. One death is enough, as it is for Swarm's own
 * watch; but not while another service of the stack is still coming up. Where its slot had failed before already, and Swarm's
 * ratio let that pass, it is no late failure but a loop.
 */
import type { Death } from "../death.ts";
import type { Finding } from "../finding.ts";
import { causeOf } from "./cause.ts";
import { withEvidence } from "./evidence.ts";
import { deathsOnceOthersStood, deathsThatCount, isStillComingUp, waitsOf } from "./looping.ts";
import { ownUpdate } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

/** A global service has one task a node, and no slots. */
const placeOf = ({ task }: Death): string => String(task.slot ?? task.node);

export const settledLate: Rule = (rollout, nowMs, others) => {
  const update = ownUpdate(rollout);
  const completedAt = update?.completedAt ?? null;
  if (update?.state !== "completed" || completedAt === null) return null;
  if (rollout.now?.service.spec.updatePolicy?.failureAction === "continue") return null;
  const isLate = ({ task }: Death) => Date.parse(task.changedAt) >= Date.parse(completedAt);
  const deaths = deathsThatCount(rollout);
  const failedBefore = new Set(deaths.filter((d) => !isLate(d)).map(placeOf));
  const late = deaths.filter((d) => isLate(d) && !failedBefore.has(placeOf(d)));
  const [death = null] = late;
  if (death === null) return null;
  const finding: Finding = { is: "settled-late", rollout, completedAt, death, cause: causeOf(death) };
  const counts = deathsOnceOthersStood(rollout, others).some((d) => late.includes(d));
  if (counts) return withEvidence(rollout, nowMs, death, finding);
  return others.some(isStillComingUp)
    ? { is: "wait", for: waitsOf(rollout, others), until: null, orElse: finding }
    : null;
};
