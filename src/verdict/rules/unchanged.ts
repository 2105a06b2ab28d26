/**
 * A service whose spec this deploy left as it was is never waited for and never blamed; an old `paused` or `rollback_completed`
 * on it is somebody else's story. (A deploy writes every service anew, changed or not, so the version alone says nothing.)
 * The stamped service is not excused: its stamp has to be right all the same.
 */
import type { Rollout } from "../rollout.ts";
import { ownUpdates } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

export const isWritten = ({ before, now }: Rollout): boolean =>
  before === null || now?.service.version !== before.service.version;

/** Another spec was seen on it, or Swarm began an update, of which all else may have been missed. */
export const isChanged = (rollout: Rollout): boolean =>
  rollout.before === null || rollout.writes.length > 0 || ownUpdates(rollout).length > 0;

export const unchanged: Rule = (rollout) =>
  isChanged(rollout) || rollout.service === rollout.expectation.stampedService ? null : { is: "settled" };
