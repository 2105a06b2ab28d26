/**
 * What each engine event sets off. Everything that happens to this stack is noted and looked at; a death has its container
 * read and the memory sampled at that very moment. Of other stacks only a kill for want of memory counts, since it explains
 * a rise of the host's counters.
 */
import type { EngineEvent, Observation } from "../../verdict/observation.ts";
import type { StreamEvent } from "../swarm.ts";
import type { createChase } from "./chase.ts";
import type { lastWords } from "./last-words.ts";
import type { memorySamples } from "./memory-samples.ts";

type Around = {
  stack: string;
  keep: (observation: Observation) => void;
  at: () => string;
  dying: Pick<ReturnType<typeof lastWords>, "read">;
  memory: Pick<ReturnType<typeof memorySamples>, "hasBegun" | "hasEnded">;
  sample: () => void;
  look: () => void;
  chase: Pick<ReturnType<typeof createChase>, "died">;
  /** Reads one service at once, by its id. */
  glance: (id: string) => void;
};

export const hearing = ({ stack, keep, at, dying, memory, sample, look, chase, glance }: Around) => {
  /** Containers in which the kernel has killed: it may go on and on, and every sample would say the same. */
  const struck = new Set<string>();
  const hearContainer = ({ action, id, task }: EngineEvent) => {
    if (/^(die|oom|health_status: unhealthy)$/.test(action)) void dying.read(id, action === "die");
    if (action === "start") memory.hasBegun(id);
    if (action === "die" || (action === "oom" && !struck.has(id))) sample();
    if (action === "oom") struck.add(id);
    if (action === "die") {
      memory.hasEnded(id);
      if (task) chase.died(task);
    }
  };
  return (event: StreamEvent): void => {
    if ("is" in event) {
      keep({ is: "not-captured", at: at(), what: "engine events", reason: event.reason });
      look();
      return;
    }
    const isOurs = event.service?.startsWith(`${stack}_`) ?? false;
    if (isOurs || event.action === "oom") keep({ is: "event", at: at(), event });
    if (!isOurs) return;
    if (event.type === "container") hearContainer(event);
    else glance(event.id);
    look();
  };
};
