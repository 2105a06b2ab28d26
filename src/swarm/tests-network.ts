/**
 * A network for one test of a recipe's own: an internal overlay that has no way out, no address of the host and no other stack on it.
 * A container of ours holds its end; the test enters that one's namespace, and the containers of the stack's tasks on this node are
 * connected for as long as the test takes. No service is written, so nothing rolls. A bridge would not do: the host has an address on
 * it, and engines before 26.1 give it the default route, of the app as well.
 * The engine registers no names for a task that is connected later, so the names of the services stand in the test's /etc/hosts.
 * Invariant: tasks go off the network before the holder does. With the holder the node forgets a network, and one that a task is
 * still on it would keep for ever, past the manager's own.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import * as z from "zod";
import { Fault } from "../verdict/fault.ts";
import { isMissing, statusOf, wordsOf } from "./engine-fault.ts";
import { withProbeImage } from "./probe-image.ts";
import { labelOf, ofStack } from "./stack-label.ts";
import type { Stack, TaskPlace } from "./swarm.ts";

const [PURPOSE, TESTS] = ["testme.is-for", "tests"];
const HOLDER_BYTES = 32 * 1024 * 1024;
const GONE_WITHIN_MS = 60_000;
/** An attachment's end raises no event of its own, so the engine is asked. */
const LOOK_EVERY_MS = 100;
/** An address of documentation, to which there is no way: names are asked of nobody, and that takes a second. */
const NO_RESOLVER = { Dns: ["192.0.2.1"], DnsOptions: ["timeout:1", "attempts:1"] };

/** `reached`: the names of further stacks of this run. Null where the task that the test is for runs no more. */
export const onTestsNetwork = async <T>(
  docker: Docker,
  image: string,
  stack: Stack,
  { beside, reached }: { beside: TaskPlace; reached: readonly string[] },
  use: (networkMode: string) => Promise<T>,
): Promise<T | null> => {
  const own = await tasksOf(docker, stack.name, true);
  if (!own.some(({ id }) => id === beside.container)) return null;
  const others = await Promise.all(reached.map((name) => tasksOf(docker, name, false)));
  try {
    const { network, holder } = await open(docker, image, stack);
    const hosts: string[] = [];
    for (const task of [...own, ...others.flat()]) {
      const address = await connect(docker, network, task);
      if (address === null && task.id === beside.container) return null;
      if (address !== null) hosts.push([address, ...task.names].join(" "));
    }
    await tell(holder, hosts);
    return await use(`container:${holder.id}`);
  } finally {
    await untilGone(docker, stack.name);
  }
};

/** A running task's container, and by which names it is to be found. */
type OnNode = { id: string; names: readonly string[] };

const tasksOf = async (docker: Docker, stack: string, isOwn: boolean): Promise<OnNode[]> => {
  const label = [ofStack(stack), "com.docker.swarm.task.id"];
  const found = await docker.listContainers({ filters: { label, status: ["running"] } });
  return found.map(({ Id, Labels }) => {
    const full = Labels["com.docker.swarm.service.name"] ?? "";
    return { id: Id, names: isOwn ? [full, full.replace(`${stack}_`, "")] : [full] };
  });
};

const open = async (docker: Docker, image: string, stack: Stack) => {
  const Labels = { ...labelOf(stack.name), [PURPOSE]: TESTS };
  const name = `${stack.name}_tests_${randomBytes(4).toString("hex")}`;
  await docker.createNetwork({ Name: name, Driver: "overlay", Attachable: true, Internal: true, Labels });
  const creation = docker.createContainer({
    Image: image,
    User: "0",
    Entrypoint: ["/bin/sh", "-c", "while :; do sleep 3600; done"],
    Cmd: [],
    Labels,
    HostConfig: {
      NetworkMode: name,
      Memory: HOLDER_BYTES,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      ...NO_RESOLVER,
    },
  });
  const holder = await withProbeImage(image, creation);
  await holder.start();
  return { network: name, holder };
};

const Connected = z.object({
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string() })) }),
});

/** Its address there; null where it has ended. */
const connect = async (docker: Docker, network: string, { id, names }: OnNode): Promise<string | null> => {
  try {
    await docker.getNetwork(network).connect({ Container: id });
    const { NetworkSettings } = Connected.parse(await docker.getContainer(id).inspect());
    return NetworkSettings.Networks[network]?.IPAddress || null;
  } catch (error) {
    if (isMissing(error) || /is not running|marked for removal/i.test(String(error))) return null;
    if (statusOf(error) === null) throw error;
    throw new Fault(
      "engine",
      `A task of ${names[0]} could not be connected to the network of the recipe's own tests: ${wordsOf(error)}`,
      "See the engine's log; or let OWN_TESTS_NETWORK be open, if what tests may then reach is acceptable.",
      error,
    );
  }
};

const Exec = z.object({ ExitCode: z.number().nullable() });

const tell = async (holder: Docker.Container, hosts: readonly string[]): Promise<void> => {
  const exec = await holder.exec({
    Cmd: ["/bin/sh", "-c", `printf '%s\\n' "$@" >>/etc/hosts`, "hosts", ...hosts],
    AttachStdout: true,
    AttachStderr: true,
  });
  const output = await exec.start({});
  await output.resume().toArray();
  const { ExitCode } = Exec.parse(await exec.inspect());
  if (ExitCode !== 0)
    throw new Fault(
      "engine",
      `The names of the services could not be told to a test (exit code ${ExitCode})`,
      "See whether PROBE_IMAGE has sh and sleep, and whether the engine's host is out of memory.",
    );
};

const untilGone = async (docker: Docker, stack: string): Promise<void> => {
  const deadline = Date.now() + GONE_WITHIN_MS;
  for (;;) {
    const left = await removeTestsNetworks(docker, stack);
    if (left.length === 0) return;
    if (Date.now() > deadline)
      throw new Fault(
        "engine",
        `After ${GONE_WITHIN_MS / 1000} s the engine still has the network ${left.join(", ")} of a test`,
        "Remove it by hand.",
      );
    await delay(LOOK_EVERY_MS);
  }
};

/** Goes as far with it as the engine lets; the names of those that it still had at the beginning. */
export const removeTestsNetworks = async (docker: Docker, stack: string): Promise<string[]> => {
  const label = [ofStack(stack), `${PURPOSE}=${TESTS}`];
  const networks = await docker.listNetworks({ filters: { label } });
  const holders = (await docker.listContainers({ all: true, filters: { label } })).map(({ Id }) => Id);
  for (const { Id } of networks) await freeOfTasks(docker.getNetwork(Id), holders);
  for (const Id of holders) await docker.getContainer(Id).remove({ force: true }).catch(unlessGoing);
  for (const { Id } of networks) {
    const network = docker.getNetwork(Id);
    await network.remove().catch(async (error: unknown) => {
      unlessGoing(error);
      if (isForgotten(error)) await removeForgotten(docker, network, label);
    });
  }
  return networks.map(({ Name }) => Name);
};

const Ends = z.object({
  Containers: z.record(z.string(), z.object({ Name: z.string() })).nullish(),
});

const endsOf = async (network: Docker.Network): Promise<[id: string, name: string][]> => {
  const found: unknown = await network.inspect().catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    return {};
  });
  return Object.entries(Ends.parse(found).Containers ?? {}).map(([id, { Name }]) => [id, Name]);
};

/** The end that the engine itself has on each overlay is no container. */
const isEngines = (id: string): boolean => id.startsWith("lb-");

const freeOfTasks = async (network: Docker.Network, holders: readonly string[]): Promise<void> => {
  for (const [id] of await endsOf(network))
    if (!isEngines(id) && !holders.includes(id))
      await network.disconnect({ Container: id, Force: true }).catch(unlessGoing);
};

/** The manager's word for it comes as an error of the engine's own: 500. */
const isForgotten = (error: unknown): boolean => isMissing(error) || / not found$/.test(wordsOf(error));

/** One that the manager has no longer and this node has: the engine takes it if nothing, and not even itself, is on it. */
const removeForgotten = async (docker: Docker, network: Docker.Network, label: string[]): Promise<void> => {
  for (const [, name] of await endsOf(network))
    await network.disconnect({ Container: name, Force: true }).catch(unlessGoing);
  await docker.pruneNetworks({ filters: { label } }).catch(unlessGoing);
};

/** In use, being removed, or gone: the next look will tell. */
const GOING = new Set([400, 403, 404, 409, 500]);
const unlessGoing = (error: unknown): void => {
  if (!GOING.has(statusOf(error) ?? 0)) throw error;
};
