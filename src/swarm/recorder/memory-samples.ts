/**
 * The kernel's account of memory through a rollout, on the engine's own node alone. A container's counters go when it ends, so
 * it keeps in mind which containers of the stack run there, and samples those. A sample bears the time at which its reading
 * began.
 */
import { isElsewhere } from "../../verdict/elsewhere.ts";
import type { Observation } from "../../verdict/observation.ts";
import type { Reading, SwarmReader } from "../swarm.ts";

const LIVING = new Set(["starting", "running"]);

export const memorySamples = (
  swarm: Pick<SwarmReader, "memory">,
  here: string,
  keep: (observation: Observation) => void,
  at: () => string,
) => {
  const living = new Set<string>();
  let isUnreadable = false;
  return {
    async take(): Promise<void> {
      if (isUnreadable) return;
      const startedAt = at();
      const memory = await swarm.memory([...living]);
      if (memory) return keep({ is: "memory", at: startedAt, memory });
      if (isUnreadable) return;
      isUnreadable = true;
      keep({ is: "not-captured", at: startedAt, what: "the host's memory", reason: UNREADABLE });
    },
    hasBegun: (container: string): void => void living.add(container),
    hasEnded: (container: string): void => void living.delete(container),
    read({ tasks }: Reading): void {
      for (const { container, state } of tasks.filter((task) => !isElsewhere(task, here)))
        if (container && LIVING.has(state)) living.add(container);
        else if (container) living.delete(container);
    },
  };
};

const UNREADABLE =
  "the engine's host cannot be read from here: the engine is not reached by a unix socket of it";
