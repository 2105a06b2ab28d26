/**
 * A second writer on the engine: a person, or a tool that knows nothing of the run. It acts through the docker client, and
 * waits for its moment by looking at the service.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Reading } from "../../src/swarm/swarm.ts";
import type { Service, Task } from "../../src/verdict/observation.ts";
import { realTools } from "../../src/world.ts";
import { docker } from "./engine.ts";
import { stackOf } from "./one-stack.ts";
import { engineConfig, engineHost } from "./swarm-tools.ts";

const LOOK_EVERY_MS = 50;
const WITHIN_MS = 240_000;

/** `app` of one stack, and its tasks. */
type Seen = { service: Service; tasks: readonly Task[]; upToDate: readonly Task[] };
export type SecondWriter = {
  /** The full name of the stack's `app`. */
  readonly app: string;
  /** Resolves once `app` looks as wanted; tasks raise no events, so it is looked at in a short loop. */
  until(isThere: (seen: Seen) => boolean): Promise<void>;
  /** `docker service <verb> --detach … app` */
  service(verb: "update" | "rollback", ...flags: string[]): Promise<void>;
  remove(): Promise<void>;
  /** Ends what FAILS_ON_A_WORD does, in the newest running task. */
  say(): Promise<void>;
  docker(...args: string[]): Promise<string>;
};
/** A task that fails when it is told to, and no sooner or later because a machine is fast or slow; those after it fail at once. */
export const FAILS_ON_A_WORD = {
  does: "while [ ! -e /word/given ]; do sleep 0.1; done; exit 3",
  service: { volumes: ["word:/word"] },
  more: { volumes: { word: {} } },
};

export const secondWriter = (folder: string, name: string): SecondWriter => {
  const { swarm } = realTools(engineConfig(folder), "a test");
  const stack = stackOf(name);
  const app = `${stack.name}_app`;
  const run = (...args: string[]) => docker(engineHost(), ...args);
  return {
    app,
    docker: run,
    async until(isThere) {
      const deadline = Date.now() + WITHIN_MS;
      for (;;) {
        const seen = seenOf(await swarm.read(stack.name, null), app);
        if (seen && isThere(seen)) return;
        if (Date.now() > deadline) throw new Error(`${app} never came to where the second writer acts`);
        await delay(LOOK_EVERY_MS);
      }
    },
    async say() {
      const reading = await swarm.read(stack.name, null);
      const task = reading.tasks.find((t) => isRunning(t) && reading.upToDate.includes(t.id));
      await run("exec", task?.container ?? "", "touch", "/word/given");
    },
    async service(verb, ...flags) {
      await run("service", verb, "--detach", ...flags, app);
    },
    async remove() {
      await run("service", "rm", app);
    },
  };
};

const seenOf = (reading: Reading, app: string): Seen | null => {
  const service = reading.services.find((s) => s.name === app);
  if (!service) return null;
  const tasks = reading.tasks.filter((t) => t.service === service.id);
  return { service, tasks, upToDate: tasks.filter((t) => reading.upToDate.includes(t.id)) };
};

export const isRunning = (task: Task): boolean => task.state === "running";
