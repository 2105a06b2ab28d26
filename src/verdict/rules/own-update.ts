/**
 * The UpdateStatus, if this rollout wrote it. Every spec write clears the field, so one that still has the StartedAt of
 * before is a leftover: an old `rollback_completed` must not fail a good deploy.
 */
import type { UpdateStatus } from "../observation.ts";
import type { Rollout } from "../rollout.ts";

export const ownUpdate = (rollout: Rollout): UpdateStatus | null => {
  const update = rollout.now?.service.update ?? null;
  const before = rollout.before?.service;
  const isLeftover =
    before !== undefined &&
    (rollout.now?.service.version === before.version || update?.startedAt === before.update?.startedAt);
  return isLeftover ? null : update;
};
