/**
 * The engine over its API, by dockerode. Reads are consistent: services are listed before and after their tasks, and the
 * reading counts only if no version moved in between. No API version is pinned, so the engine answers in its own.
 */
import Docker from "dockerode";
import * as z from "zod";
import { marksIn, OWNER_LABEL } from "../recipe/marks.ts";
import { isElsewhere } from "../verdict/elsewhere.ts";
import { Fault } from "../verdict/fault.ts";
import type { Service } from "../verdict/observation.ts";
import { linesOf } from "./container-output.ts";
import { runInside } from "./data/command-inside.ts";
import { lookInside, putInto, takeOut } from "./data/container-files.ts";
import { emptyVolumes } from "./data/empty-volumes.ts";
import { followEvents } from "./engine-events.ts";
import { isMissing, notReady, onEngine, statusOf } from "./engine-fault.ts";
import { budgetAround, memoryOfHost } from "./host-memory.ts";
import { probeContainer } from "./http-probe.ts";
import { parseContainer, parseService, parseTask } from "./inspect.ts";
import { probeElsewhere } from "./probe-elsewhere.ts";
import { pullImage } from "./pull-image.ts";
import { lookForRoom, removeLeft } from "./room.ts";
import { outOfReach, runBeside } from "./run-beside.ts";
import { removeService } from "./service-removal.ts";
import { labelOf, ofStack, stackIn } from "./stack-label.ts";
import { listRemains, removeStack } from "./stack-removal.ts";
import type { Reading, Stamp, Swarm, TaskPlace } from "./swarm.ts";
import { taskLog } from "./task-log.ts";

const STEADY_READ_ATTEMPTS = 3;
const LOG_LINES = 100;
/** An engine that takes a call and does not answer it is as good as away. */
const ANSWERS_WITHIN_MS = 30_000;

/** `host` as DOCKER_HOST has it: unix:///path, tcp://name:port or ssh://user@name. A timeout of 0 waits for ever. */
const connect = (host: string, timeout: number): Docker => {
  const url = new URL(host);
  if (url.protocol === "unix:") return new Docker({ socketPath: url.pathname, timeout });
  const port = Number(url.port || "2375");
  if (url.protocol === "tcp:") return new Docker({ protocol: "http", host: url.hostname, port, timeout });
  if (url.protocol === "ssh:")
    return new Docker({
      timeout,
      protocol: "ssh",
      host: url.hostname,
      port: Number(url.port || "22"),
      username: url.username,
    });
  throw new Fault("engine", `DOCKER_HOST is ${host}`, "Give a unix://, tcp:// or ssh:// address.");
};

const Info = z.object({
  ServerVersion: z.string(),
  CgroupVersion: z.string().default("1"),
  CgroupDriver: z.string().default(""),
  MemTotal: z.number(),
  Swarm: z.object({
    NodeID: z.string().default(""),
    LocalNodeState: z.string(),
    ControlAvailable: z.boolean().default(false),
  }),
});

const NANO = 1e9;
const Nodes = z
  .array(z.object({ Description: z.object({ Resources: z.object({ NanoCPUs: z.number().positive() }) }) }))
  .min(1);

/** Which images the engine is to have fetched, and where the docker client keeps the logins for that. */
type Pulling = { images: "missing" | "never"; configDirectory: string };
const NO_PULLING: Pulling = { images: "never", configDirectory: "" };
type Ways = { pulling?: Pulling; answersWithinMs?: number };

export const dockerodeSwarm = (
  host: string,
  probeImage: string,
  owner: string,
  { pulling = NO_PULLING, answersWithinMs = ANSWERS_WITHIN_MS }: Ways = {},
): Swarm => {
  const docker = connect(host, answersWithinMs);
  // A stream of events may well be silent, and so may a test, or a registry.
  const listening = connect(host, 0);
  const budget = budgetAround(host);
  const node = async () => Info.parse(await onEngine(host, docker.info())).Swarm.NodeID;
  /** No call reaches into a container that is on another node. */
  const here = async (place: TaskPlace) => {
    if (isElsewhere(place, await node())) throw outOfReach(place);
  };
  return {
    async check() {
      const info = Info.parse(await onEngine(host, docker.info()));
      if (info.Swarm.LocalNodeState === "pending") throw notReady(host, info.Swarm.LocalNodeState);
      if (!info.Swarm.ControlAvailable)
        throw new Fault(
          "engine",
          `The engine at ${host} is no Swarm manager (its node is ${info.Swarm.LocalNodeState})`,
          "Run `docker swarm init` there, or point DOCKER_HOST at a manager.",
        );
      const cgroup = `v${info.CgroupVersion} ${info.CgroupDriver}`.trim();
      return { version: info.ServerVersion, cgroup, memoryBytes: info.MemTotal };
    },
    cpus: async () => {
      const nodes = Nodes.parse(await onEngine(host, docker.listNodes()));
      return Math.min(...nodes.map(({ Description }) => Description.Resources.NanoCPUs)) / NANO;
    },
    node,
    read: (stack, stamp) => onEngine(host, readSteadily(docker, stack, stamp)),
    service: (id) => orNull(host, docker.getService(id).inspect().then(parseService)),
    container: (id) => orNull(host, docker.getContainer(id).inspect().then(parseContainer)),
    async log(id) {
      try {
        const output = await docker.getContainer(id).logs({ stdout: true, stderr: true, tail: LOG_LINES });
        return linesOf(output);
      } catch (error) {
        if (isMissing(error) || isBeingRemoved(error)) return null;
        return onEngine(host, Promise.reject(error));
      }
    },
    taskLog: (id) => orNull(host, taskLog(docker, id, LOG_LINES)),
    memory: memoryOfHost(host),
    room: () => onEngine(host, lookForRoom(docker, probeImage, owner, budget)),
    removeStrays: (before) => onEngine(host, removeLeft(docker, owner, before)),
    async hasNetwork(name) {
      const found = await onEngine(
        host,
        docker.listNetworks({ filters: { name: [name], scope: ["swarm"] } }),
      );
      return found.some((network) => network.Name === name);
    },
    events: (sinceMs, signal) => followEvents(listening, sinceMs, signal),
    async ownStacks() {
      const label = [`${OWNER_LABEL}=${owner}`];
      const services = await onEngine(host, docker.listServices({ filters: { label } }));
      return services.flatMap(({ Spec }) => {
        const [name, marks] = [stackIn(Spec?.Labels ?? {}), marksIn(Spec?.Labels ?? {})];
        return name && marks ? [{ stack: { name, appDomain: marks.appDomain }, run: marks.run }] : [];
      });
    },
    remains: (stack) => onEngine(host, listRemains(docker, stack)),
    async ensureSecret(lease, stack, name, value) {
      lease.assertCovers(stack.appDomain);
      const Data = Buffer.from(value).toString("base64");
      const made = docker.createSecret({ Name: name, Labels: labelOf(stack.name), Data });
      return onEngine(
        host,
        made.then(() => true, unlessItExists),
      );
    },
    async probe(lease, stack, target) {
      lease.assertCovers(stack.appDomain);
      const asked = isElsewhere(target, await node())
        ? probeElsewhere(docker, probeImage, stack, target)
        : probeContainer(docker, listening, probeImage, stack, target);
      return onEngine(host, asked);
    },
    async hasImage(image) {
      return (await orNull(host, docker.getImage(image).inspect())) !== null;
    },
    async pullImage(lease, stack, image, signal) {
      lease.assertCovers(stack.appDomain);
      if (pulling.images === "never") return { is: "left" };
      return onEngine(host, pullImage(listening, image, pulling.configDirectory, signal), signal);
    },
    async runBeside(lease, stack, trial, signal) {
      lease.assertCovers(stack.appDomain);
      await here(trial.beside);
      return onEngine(host, runBeside(docker, listening, probeImage, stack, trial, signal), signal);
    },
    async lookInside(inside, path) {
      await here(inside);
      return onEngine(host, lookInside(docker, inside, path));
    },
    async takeOut(inside, path) {
      await here(inside);
      return onEngine(host, takeOut(listening, inside, path));
    },
    async putInto(lease, stack, inside, folder, archive) {
      lease.assertCovers(stack.appDomain);
      await here(inside);
      return onEngine(host, putInto(listening, inside, folder, archive));
    },
    async runInside(lease, stack, command, signal) {
      lease.assertCovers(stack.appDomain);
      await here(command.inside);
      return onEngine(host, runInside(listening, command, signal), signal);
    },
    async emptyVolumes(lease, stack) {
      lease.assertCovers(stack.appDomain);
      return onEngine(host, emptyVolumes(docker, stack));
    },
    async removeService(lease, stack, service) {
      lease.assertCovers(stack.appDomain);
      return onEngine(host, removeService(docker, stack, service));
    },
    removeStack(lease, stack) {
      lease.assertCovers(stack.appDomain);
      return onEngine(host, removeStack(docker, stack));
    },
  };
};

/** `can not get logs from container which is dead or marked for removal` */
const isBeingRemoved = (error: unknown): boolean => statusOf(error) === 409;

const unlessItExists = (error: unknown): false => {
  if (statusOf(error) !== 409) throw error;
  return false;
};

/** Null for what the engine does not have, or has no longer. */
const orNull = async <T>(host: string, call: Promise<T>): Promise<T | null> => {
  try {
    return await call;
  } catch (error) {
    if (isMissing(error)) return null;
    return onEngine(host, Promise.reject(error));
  }
};

const readSteadily = async (docker: Docker, stack: string, stamp: Stamp | null): Promise<Reading> => {
  const inStack = [ofStack(stack)];
  for (let attempt = 1; ; attempt++) {
    const services = await listServices(docker, inStack);
    const [tasks, upToDate, stamped] = await Promise.all([
      listTasks(docker, { label: inStack }),
      listTasks(docker, { label: inStack, "_up-to-date": ["true"] }),
      stamp ? listTasks(docker, { label: [...inStack, `${stamp.label}=${stamp.value}`] }) : [],
    ]);
    const after = await listServices(docker, inStack);
    if (isSame(services, after) || attempt === STEADY_READ_ATTEMPTS)
      return {
        services: after,
        tasks,
        upToDate: upToDate.map((t) => t.id),
        stamped: stamped.map((t) => t.id),
      };
  }
};

const listServices = async (docker: Docker, label: string[]): Promise<Service[]> =>
  (await docker.listServices({ filters: { label } })).map(parseService);

// The filters `_up-to-date` and the match of `label` on the service's labels at the task's creation are the engine's
// own, and in no type declaration: https://github.com/moby/swarmkit/blob/master/manager/controlapi/task.go
const listTasks = async (docker: Docker, filters: Record<string, string[]>) =>
  (await docker.listTasks({ filters: JSON.stringify(filters) })).map(parseTask);

const isSame = (a: readonly Service[], b: readonly Service[]): boolean =>
  a.length === b.length && a.every((s) => b.some((t) => t.id === s.id && t.version === s.version));
