/**
 * `failure_action: continue`: Swarm goes on whatever fails, and calls the update completed while its tasks die. Nothing in
 * the UpdateStatus tells it from a good one.
 */
import { loopRuling } from "./looping.ts";
import { ownUpdate } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

export const continued: Rule = (rollout, nowMs, others) => {
  const goesOn = rollout.now?.service.spec.updatePolicy?.failureAction === "continue";
  const isUpdate = ownUpdate(rollout) !== null;
  return goesOn && isUpdate ? loopRuling("update-continued", rollout, nowMs, others) : null;
};
