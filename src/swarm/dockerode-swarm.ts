/**
 * The engine over its API, by dockerode. Reads are consistent: services are listed before and after their tasks, and the
 * reading counts only if no version moved in between. No API version is pinned, so the engine answers in its own.
 */
import Docker from "dockerode";
import * as z from "zod";
import { Fault } from "../verdict/fault.ts";
import type { Service } from "../verdict/observation.ts";
import { followEvents } from "./engine-events.ts";
import { isMissing, onEngine, statusOf } from "./engine-fault.ts";
import { probeContainer } from "./http-probe.ts";
import { parseContainer, parseService, parseTask } from "./inspect.ts";
import { labelOf, ofStack } from "./stack-label.ts";
import { listRemains, removeStack } from "./stack-removal.ts";
import type { Reading, Stamp, Swarm } from "./swarm.ts";

const STEADY_READ_ATTEMPTS = 3;

/** `host` as DOCKER_HOST has it: unix:///path, tcp://name:port or ssh://user@name. */
const connect = (host: string): Docker => {
  const url = new URL(host);
  if (url.protocol === "unix:") return new Docker({ socketPath: url.pathname });
  const port = Number(url.port || "2375");
  if (url.protocol === "tcp:") return new Docker({ protocol: "http", host: url.hostname, port });
  if (url.protocol === "ssh:")
    return new Docker({
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
  Swarm: z.object({ LocalNodeState: z.string(), ControlAvailable: z.boolean().default(false) }),
});

export const dockerodeSwarm = (host: string, probeImage: string): Swarm => {
  const docker = connect(host);
  return {
    async check() {
      const info = Info.parse(await onEngine(host, docker.info()));
      if (!info.Swarm.ControlAvailable)
        throw new Fault(
          "engine",
          `The engine at ${host} is no Swarm manager (its node is ${info.Swarm.LocalNodeState})`,
          "Run `docker swarm init` there, or point DOCKER_HOST at a manager.",
        );
      const cgroup = `v${info.CgroupVersion} ${info.CgroupDriver}`.trim();
      return { version: info.ServerVersion, cgroup, memoryBytes: info.MemTotal };
    },
    read: (stack, stamp) => onEngine(host, readSteadily(docker, stack, stamp)),
    async container(id) {
      try {
        return parseContainer(await docker.getContainer(id).inspect());
      } catch (error) {
        if (isMissing(error)) return null;
        return onEngine(host, Promise.reject(error));
      }
    },
    async hasNetwork(name) {
      const found = await onEngine(
        host,
        docker.listNetworks({ filters: { name: [name], scope: ["swarm"] } }),
      );
      return found.some((network) => network.Name === name);
    },
    events: (sinceMs, signal) => followEvents(docker, sinceMs, signal),
    remains: (stack) => onEngine(host, listRemains(docker, stack)),
    async ensureSecret(lease, stack, name, value) {
      lease.assertCovers(stack.appDomain);
      const Data = Buffer.from(value).toString("base64");
      const made = docker.createSecret({ Name: name, Labels: labelOf(stack.name), Data });
      await onEngine(host, made.catch(unlessItExists));
    },
    probe(lease, stack, target) {
      lease.assertCovers(stack.appDomain);
      return onEngine(host, probeContainer(docker, probeImage, stack, target));
    },
    removeStack(lease, stack) {
      lease.assertCovers(stack.appDomain);
      return onEngine(host, removeStack(docker, stack));
    },
  };
};

const unlessItExists = (error: unknown): void => {
  if (statusOf(error) !== 409) throw error;
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
