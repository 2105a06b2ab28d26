/**
 * Loses an app's data as a lost host would: every task of the stack ends, its volumes go, and then its services run again, on empty
 * ones. Services stay what they are, so that nothing is deployed anew: a replicated one goes down to no replica and
 * back, a global one is held off by a constraint that no node fulfils. Jobs are left alone.
 */
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { Fault } from "../../verdict/fault.ts";
import { isMissing, statusOf } from "../engine-fault.ts";
import { ofStack } from "../stack-label.ts";
import { hasEnded } from "../stack-removal.ts";
import type { Stack } from "../swarm.ts";

const WITHIN_MS = 120_000;
/** Tasks raise no events, so the engine is asked. */
const LOOK_EVERY_MS = 150;
const NO_NODE = "node.id==none";

export const emptyVolumes = async (docker: Docker, stack: Stack): Promise<string[]> => {
  const filters = { label: [ofStack(stack.name)] };
  const services = (await docker.listServices({ filters })).filter(mayStop);
  for (const { ID, Spec } of services) await respec(docker, ID, (now) => stopped(now, Spec));
  await untilEnded(docker, stack, new Set(services.map(({ ID }) => ID)));
  const removed = await removeVolumes(docker, stack);
  for (const { ID, Spec } of services) await respec(docker, ID, () => Spec ?? {});
  return removed;
};

type Spec = NonNullable<Docker.Service["Spec"]>;

const mayStop = ({ Spec }: Docker.Service): boolean =>
  Spec?.Mode?.Replicated !== undefined || Spec?.Mode?.Global !== undefined;

const stopped = (now: Spec, was: Spec | undefined): Spec => {
  if (was?.Mode?.Replicated) return { ...now, Mode: { Replicated: { Replicas: 0 } } };
  const template = now.TaskTemplate as Docker.ContainerTaskSpec;
  const Placement = {
    ...template.Placement,
    Constraints: [...(template.Placement?.Constraints ?? []), NO_NODE],
  };
  return { ...now, TaskTemplate: { ...template, Placement } };
};

const respec = async (docker: Docker, id: string, change: (now: Spec) => Partial<Spec>): Promise<void> => {
  const service = docker.getService(id);
  const { Version, Spec } = await service.inspect();
  await service.update({ version: Number(Version.Index), ...change(Spec) });
};

const untilEnded = async (docker: Docker, stack: Stack, services: ReadonlySet<string>): Promise<void> => {
  const filters = JSON.stringify({ label: [ofStack(stack.name)] });
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const tasks = await docker.listTasks({ filters });
    const left = tasks.filter(({ ServiceID, Status }) => services.has(ServiceID) && !hasEnded(Status.State));
    if (left.length === 0) return;
    if (Date.now() > deadline) throw late(`task ${left.map(({ ID }) => ID).join(", ")}`);
    await delay(LOOK_EVERY_MS);
  }
};

/** Dead containers hold their volumes, so they go first. */
const removeVolumes = async (docker: Docker, { name }: Stack): Promise<string[]> => {
  const filters = { label: [ofStack(name)] };
  const names = ((await docker.listVolumes({ filters })).Volumes ?? []).map(({ Name }) => Name);
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const dead = await docker.listContainers({
      all: true,
      filters: { ...filters, status: ["created", "exited", "dead"] },
    });
    for (const { Id } of dead) await docker.getContainer(Id).remove().catch(unlessHeld);
    for (const volume of names) await docker.getVolume(volume).remove().catch(unlessHeld);
    const left = ((await docker.listVolumes({ filters })).Volumes ?? []).map(({ Name }) => Name);
    if (left.length === 0) return names;
    if (Date.now() > deadline) throw late(`volume ${left.join(", ")}`);
    await delay(LOOK_EVERY_MS);
  }
};

/** 409: something still uses it, or it is going by itself. */
const unlessHeld = (error: unknown): void => {
  if (!isMissing(error) && statusOf(error) !== 409) throw error;
};

const late = (what: string): Fault =>
  new Fault(
    "engine",
    `${WITHIN_MS / 1000} s after the app was stopped to lose its data, the engine still has ${what}`,
    "See what holds it: `docker ps -a` and `docker volume inspect` on that engine.",
  );
