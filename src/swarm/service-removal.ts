/**
 * Takes one service of a stack off the engine, and returns when its tasks are gone: a container that is still about to end holds its
 * volumes and its place in the network. What it leaves (volumes, secrets) belongs to the stack, and goes with it.
 */
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { Fault } from "../verdict/fault.ts";
import { isMissing } from "./engine-fault.ts";
import { ofStack } from "./stack-label.ts";
import { hasEnded } from "./stack-removal.ts";
import type { Stack } from "./swarm.ts";

const WITHIN_MS = 120_000;
/** Tasks raise no events, so the engine is asked. */
const LOOK_EVERY_MS = 150;

export const removeService = async (docker: Docker, stack: Stack, name: string): Promise<void> => {
  const label = [ofStack(stack.name)];
  const service = (await docker.listServices({ filters: { label } })).find(({ Spec }) => Spec?.Name === name);
  if (!service) return;
  await docker.getService(service.ID).remove().catch(unlessMissing);
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    // By the stack's label: a filter by a service that is gone would be refused.
    const tasks = await docker.listTasks({ filters: JSON.stringify({ label }) });
    const left = tasks.filter((task) => task.ServiceID === service.ID && !hasEnded(task.Status.State));
    if (left.length === 0) return;
    if (Date.now() > deadline)
      throw new Fault(
        "engine",
        `After ${WITHIN_MS / 1000} s the engine still has ${left.map(({ ID }) => `task ${ID}`).join(", ")} of ${name}, which was removed`,
        "Remove them by hand.",
      );
    await delay(LOOK_EVERY_MS);
  }
};

const unlessMissing = (error: unknown): void => {
  if (!isMissing(error)) throw error;
};
