/**
 * A service that this deploy did not write is never waited for and never blamed; an old `paused` or `rollback_completed`
 * on it is somebody else's story. The stamped service is not excused: its stamp has to be right all the same.
 */
import type { Rule } from "./ruling.ts";

export const unchanged: Rule = (rollout) => {
  const isUnchanged =
    rollout.before !== null && rollout.now?.service.version === rollout.before.service.version;
  return isUnchanged && rollout.service !== rollout.expectation.stampedService ? { is: "settled" } : null;
};
