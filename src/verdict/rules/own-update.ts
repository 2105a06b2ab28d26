/**
 * The UpdateStatus, if this rollout wrote it. Every spec write clears the field, so one that still has the StartedAt of
 * before is a leftover: an old `rollback_completed` must not fail a good deploy.
 */
import type { Service, UpdateStatus } from "../observation.ts";
import type { Rollout, Sighting } from "../rollout.ts";

export const ownUpdate = (rollout: Rollout): UpdateStatus | null =>
  rollout.now && isOwn(rollout.now.service, rollout) ? rollout.now.service.update : null;

/** Every reading since the start that has a status of this rollout's own, oldest first. */
export const ownUpdates = (rollout: Rollout): Sighting[] =>
  rollout.history.filter(({ service }) => service.update !== null && isOwn(service, rollout));

const isOwn = (service: Service, { before }: Rollout): boolean =>
  before === null ||
  (service.version !== before.service.version &&
    service.update?.startedAt !== before.service.update?.startedAt);
