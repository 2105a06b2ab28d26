/**
 * Which limit of memory a task ran into, if it was its container's own. Where the bot lent it, somebody else may have run short long
 * before: a container that was killed for want of the host's memory bears the same flag.
 */
import type { Death } from "./death.ts";
import type { Rollout } from "./rollout.ts";
import { isHostShort } from "./rules/cause.ts";

export type Limit = { bytes: number; isLent: boolean };

/** Null where the container had none, and where nothing shows that one which was lent is what gave out. */
export const limitReached = (rollout: Rollout, death: Death | null): Limit | null => {
  const bytes = death?.container?.memoryLimitBytes ?? null;
  if (death === null || bytes === null) return null;
  const isLent = rollout.expectation.lent?.[rollout.service]?.memoryBytes === bytes;
  return isLent && !isReached(death, bytes) ? null : { bytes, isLent };
};

/** What a container has used when the kernel kills it for its limit; the last sample may be from a moment before. */
const NEAR = 0.9;

const isReached = (death: Death, limit: number): boolean => {
  if (death.memory === null) return false;
  const samples = [death.memory.before.memory, death.memory.after.memory];
  const own = samples.flatMap(({ containers }) => containers[death.task.container ?? ""] ?? []);
  const hasTouched = own.some(
    ({ limitHits, peakBytes, usageBytes }) =>
      (limitHits ?? 0) > 0 || Math.max(peakBytes ?? 0, usageBytes) >= NEAR * limit,
  );
  const isSmaller = samples.some(({ host, parent }) =>
    [host.totalBytes, parent?.limitBytes ?? Number.POSITIVE_INFINITY].some((most) => most <= limit),
  );
  return hasTouched || !(isSmaller || isHostShort(death) || samples.some(isParentFull));
};

const isParentFull = ({ parent }: { parent: { usageBytes: number; limitBytes: number | null } | null }) =>
  parent !== null && parent.limitBytes !== null && parent.usageBytes >= NEAR * parent.limitBytes;
