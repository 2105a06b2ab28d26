/**
 * The fake engine's events, in the engine's own JSON, kept as the engine keeps them (the last 256 of all), heard by
 * whoever asks, from a moment on.
 */
import { parseEvent } from "../../../src/swarm/inspect.ts";
import type { StreamEvent } from "../../../src/swarm/swarm.ts";
import { NS_PER_MS } from "./stack-file.ts";
import type { TaskRecord } from "./tasks.ts";

export type Journal = ReturnType<typeof createJournal>;
const KEPT = 256;

export const createJournal = (now: () => Date) => {
  const kept: StreamEvent[] = [];
  const listeners = new Set<(event: StreamEvent) => void>();

  const tell = (event: StreamEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const say = (Type: string, Action: string, ID: string, Attributes: Record<string, string>): void => {
    const event = parseEvent({
      Type,
      Action,
      Actor: { ID, Attributes },
      timeNano: now().getTime() * NS_PER_MS,
    });
    if (event === null) return;
    kept.push(event);
    if (kept.length > KEPT) kept.shift();
    tell(event);
  };

  return {
    at: () => now().toISOString(),
    service: (
      action: string,
      { id, name }: { id: string; name: string },
      more: Record<string, string> = {},
    ) => say("service", action, id, { name, ...more }),
    container: (task: TaskRecord, action: string, more: Record<string, string> = {}) =>
      say("container", action, task.container?.id ?? "", {
        "com.docker.swarm.service.name": task.serviceName,
        "com.docker.swarm.task.id": task.id,
        ...more,
      }),
    /** The stream broke, for everyone who listens. */
    gap: (reason: string) => tell({ is: "gap", reason }),
    async *events(sinceMs: number, signal: AbortSignal): AsyncGenerator<StreamEvent, void, undefined> {
      const waiting = kept.filter((event) => !("is" in event) && Date.parse(event.at) >= sinceMs);
      let wake: () => void = () => undefined;
      const hear = (event: StreamEvent) => {
        waiting.push(event);
        wake();
      };
      listeners.add(hear);
      signal.addEventListener("abort", () => wake());
      try {
        while (!signal.aborted) {
          const event = waiting.shift();
          if (event) yield event;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        listeners.delete(hear);
      }
    },
  };
};
