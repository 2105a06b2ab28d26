/**
 * Takes a stack off the engine in the one order that works: services, then (once their tasks and containers are really
 * gone) networks, volumes, secrets and configs; all found by the stack's label. Returns only when a last look finds
 * nothing. Finished tasks of jobs are left out: engine 20.10 keeps them for ever. Containers and volumes are those of the
 * engine's own node: on other nodes containers go with their tasks, and volumes are out of reach.
 */
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { Fault } from "../verdict/fault.ts";
import { isMissing, statusOf } from "./engine-fault.ts";
import { ofStack } from "./stack-label.ts";
import type { Stack } from "./swarm.ts";
import { removeTestsNetworks } from "./tests-network.ts";

const WITHIN_MS = 120_000;
/** Tasks raise no events, so the engine is asked. */
const LOOK_EVERY_MS = 150;

export const removeStack = async (docker: Docker, stack: Stack): Promise<void> => {
  const filters = { label: [ofStack(stack.name)] };
  await forEach(await docker.listServices({ filters }), (s) => docker.getService(s.ID).remove());
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    await removeIdle(docker, stack.name);
    const left = await listRemains(docker, stack.name);
    if (left.length === 0) return;
    if (Date.now() > deadline)
      throw new Fault(
        "engine",
        `After ${WITHIN_MS / 1000} s the engine still has ${left.join(", ")}`,
        "Remove them by hand.",
      );
    await delay(LOOK_EVERY_MS);
  }
};

/** Deletes what no running task holds. What is still in use the engine refuses (409, for secrets 400): come back later. */
const removeIdle = async (docker: Docker, stack: string): Promise<void> => {
  const filters = { label: [ofStack(stack)] };
  await removeTestsNetworks(docker, stack);
  const containers = await docker.listContainers({ all: true, filters });
  const isOurs = (c: Docker.ContainerInfo) =>
    c.State !== "running" || !("com.docker.swarm.task.id" in c.Labels);
  await forEach(containers.filter(isOurs), (c) => docker.getContainer(c.Id).remove({ force: true }));
  if (!containers.every(isOurs)) return;
  await forEach(await docker.listNetworks({ filters }), (n) => docker.getNetwork(n.Id).remove());
  await forEach((await docker.listVolumes({ filters })).Volumes, (v) => docker.getVolume(v.Name).remove());
  await forEach(await docker.listSecrets({ filters }), (s) => docker.getSecret(s.ID).remove());
  await forEach(await docker.listConfigs({ filters }), (c) => docker.getConfig(c.ID).remove());
};

const IN_USE = new Set([400, 403, 409, 500]);

const forEach = async <T>(
  things: readonly T[] | null,
  remove: (thing: T) => Promise<unknown>,
): Promise<void> => {
  for (const thing of things ?? [])
    await remove(thing).catch((error: unknown) => {
      if (!isMissing(error) && !IN_USE.has(statusOf(error) ?? 0)) throw error;
    });
};

const ENDED = new Set(["complete", "failed", "rejected", "shutdown", "orphaned", "remove"]);
/** By the engine's word for a task's state. */
export const hasEnded = (state: string): boolean => ENDED.has(state);

/** One line for each thing of the stack that the engine still has. */
export const listRemains = async (docker: Docker, stack: string): Promise<string[]> => {
  const filters = { label: [ofStack(stack)] };
  const [services, tasks, containers, networks, volumes, secrets, configs] = await Promise.all([
    docker.listServices({ filters }),
    docker.listTasks({ filters: JSON.stringify(filters) }),
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
    docker.listSecrets({ filters }),
    docker.listConfigs({ filters }),
  ]);
  return [
    ...services.map((s) => `service ${s.Spec?.Name ?? s.ID}`),
    ...tasks.filter((t) => !hasEnded(t.Status.State)).map((t) => `task ${t.ID}`),
    ...containers.map((c) => `container ${c.Names[0] ?? c.Id}`),
    ...networks.map((n) => `network ${n.Name}`),
    ...(volumes.Volumes ?? []).map((v) => `volume ${v.Name}`),
    ...secrets.map((s) => `secret ${s.Spec?.Name ?? s.ID}`),
    ...configs.map((c) => `config ${c.Spec?.Name ?? c.ID}`),
  ];
};
