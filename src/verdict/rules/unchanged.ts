/**
 * A service that this deploy did not write is never waited for and never blamed; an old `paused` or `rollback_completed`
 * on it is somebody else's story. The stamped service is not excused: its stamp has to be right all the same.
 */
import type { Rollout } from "../rollout.ts";
import type { Rule } from "./ruling.ts";

export const isWritten = ({ before, now }: Rollout): boolean =>
  before === null || now?.service.version !== before.service.version;

export const unchanged: Rule = (rollout) =>
  isWritten(rollout) || rollout.service === rollout.expectation.stampedService ? null : { is: "settled" };
