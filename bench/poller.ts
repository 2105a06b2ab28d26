/** Looks at a stack once in a period, as a script with `docker service inspect` and `docker service ps` would. */
import type Docker from "dockerode";
import { parseService, parseTask } from "../src/swarm/inspect.ts";
import type { Poll } from "./other-judges.ts";

export type Poller = { polls: readonly Poll[]; stop(): Promise<void> };

/** The first look comes `phaseMs` from here; a look that is still under way when the next is due is not doubled. */
export const startPoller = (docker: Docker, stack: string, periodMs: number, phaseMs: number): Poller => {
  const polls: Poll[] = [];
  let isStopped = false;
  let looking: Promise<void> | null = null;
  let timer: NodeJS.Timeout;
  let dueMs = Date.now() + phaseMs;
  const tick = () => {
    looking ??= look(docker, stack)
      .then((poll) => void polls.push(poll))
      // A poller that fails once looks again; its script goes on as well.
      .catch(() => undefined)
      .finally(() => {
        looking = null;
      });
    dueMs += periodMs;
    if (!isStopped) timer = setTimeout(tick, Math.max(0, dueMs - Date.now()));
  };
  timer = setTimeout(tick, phaseMs);
  return {
    polls,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
};

const look = async (docker: Docker, stack: string): Promise<Poll> => {
  const startedAtMs = Date.now();
  const filters = { label: [`com.docker.stack.namespace=${stack}`] };
  const services = (await docker.listServices({ filters })).map(parseService);
  const tasks = (await docker.listTasks({ filters: JSON.stringify(filters) })).map(parseTask);
  const runningOf = (id: string) =>
    tasks.filter((t) => t.service === id && t.state === "running" && t.desired === "running").length;
  return { startedAtMs, services: services.map((service) => ({ service, running: runningOf(service.id) })) };
};
