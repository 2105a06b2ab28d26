/** Sees to it that the engine has an image before anything needs it. */
import type { Lease } from "../../run/lease.ts";
import type { Pulled, Stack, Swarm } from "../../swarm/swarm.ts";

export const haveImage = async (
  swarm: Pick<Swarm, "hasImage" | "pullImage">,
  lease: Lease,
  stack: Stack,
  image: string,
  signal: AbortSignal,
): Promise<Pulled | { is: "there" }> =>
  (await swarm.hasImage(image)) ? { is: "there" } : swarm.pullImage(lease, stack, image, signal);
