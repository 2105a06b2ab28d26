/** A stack that could not be taken away keeps its app domain's lock, and is tried again until nothing of it is left. */
import pRetry from "p-retry";
import type { Lease } from "../run/lease.ts";
import type { Stack, Swarm } from "../swarm/swarm.ts";

export const untilGone = (
  swarm: Pick<Swarm, "removeStack">,
  lease: Lease,
  stack: Stack,
  signal: AbortSignal,
): Promise<void> =>
  pRetry(() => swarm.removeStack(lease, stack), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 1_000,
    maxTimeout: 60_000,
    unref: true,
    signal,
  });
