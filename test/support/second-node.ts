/**
 * A swarm of two nodes on one machine: two private engines of scripts/engine, each in namespaces of its own, joined by a cable
 * (a veth pair) that lies in those namespaces alone. Both see the same kernel's memory, which two real hosts would not: what a
 * manager concludes from that of its own host about a task on the worker is wrong here for all to see. Only root can have it.
 */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { docker } from "./engine.ts";

const run = promisify(execFile);
const ADDRESS = { manager: "10.99.0.1", worker: "10.99.0.2" } as const;
const CABLE = "cable";

type Name = keyof typeof ADDRESS;
export type Node = { host: string; id: string };
export type TwoNodes = {
  manager: Node;
  worker: Node;
  /** Takes the cable between them out, and puts it in again. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  stop(): Promise<void>;
};

export const startTwoNodes = async (): Promise<TwoNodes> => {
  const folders: string[] = [];
  const stop = async () => {
    for (const folder of folders) {
      await script(folder, "down");
      await rm(folder, { recursive: true });
    }
  };
  try {
    const engine = async (): Promise<Engine> => {
      const folder = await mkdtemp(join(tmpdir(), "node-"));
      folders.push(folder);
      return startEngine(folder);
    };
    const engines = { manager: await engine(), worker: await engine() };
    await connect(engines);
    return { ...(await oneSwarmOf(engines)), ...switchOf(engines.worker), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

type Engine = { host: string; holder: string };

/** `holder` is the process that has the engine's namespaces. */
const startEngine = async (folder: string): Promise<Engine> => {
  await cp(join(import.meta.dirname, "../../scripts"), join(folder, "scripts"), { recursive: true });
  await script(folder, "up");
  const state = (file: string) => readFile(join(folder, ".engine", file), "utf8");
  const [host, pid] = [(await state("host")).trim(), await state("pid")];
  await run(join(import.meta.dirname, "../fixtures/image/build"), {
    env: { ...process.env, DOCKER_HOST: host },
  });
  return { host, holder: pid.split(" ")[0] ?? "" };
};

/** Of the project's engine and of one that is named the script knows nothing here. */
const script = (folder: string, verb: "up" | "down") =>
  run(join(folder, "scripts/engine"), [verb], { env: { ...process.env, DOCKER_HOST: "" } });

const ipIn = (engine: Engine, ...args: string[]) =>
  run("nsenter", ["--target", engine.holder, "--net", "ip", ...args]);

const connect = async ({ manager, worker }: Record<Name, Engine>): Promise<void> => {
  const peer = ["peer", "name", CABLE, "netns", worker.holder];
  await ipIn(manager, "link", "add", CABLE, "type", "veth", ...peer);
  await ipIn(manager, "address", "add", `${ADDRESS.manager}/24`, "dev", CABLE);
  await ipIn(worker, "address", "add", `${ADDRESS.worker}/24`, "dev", CABLE);
  for (const engine of [manager, worker]) await ipIn(engine, "link", "set", CABLE, "up");
};

const switchOf = (worker: Engine) => ({
  cut: async () => void (await ipIn(worker, "link", "set", CABLE, "down")),
  mend: async () => void (await ipIn(worker, "link", "set", CABLE, "up")),
});

/** Each comes up as a swarm of its own that nobody else could reach. */
const oneSwarmOf = async ({ manager, worker }: Record<Name, Engine>): Promise<Record<Name, Node>> => {
  for (const { host } of [manager, worker]) await docker(host, "swarm", "leave", "--force");
  const at = (name: Name) => ["--advertise-addr", ADDRESS[name], "--listen-addr", `${ADDRESS[name]}:2377`];
  await docker(manager.host, "swarm", "init", ...at("manager"));
  const token = await docker(manager.host, "swarm", "join-token", "--quiet", "worker");
  await docker(worker.host, "swarm", "join", ...at("worker"), "--token", token, `${ADDRESS.manager}:2377`);
  const nodeOf = async ({ host }: Engine): Promise<Node> => ({
    host,
    id: await docker(host, "info", "--format", "{{.Swarm.NodeID}}"),
  });
  return { manager: await nodeOf(manager), worker: await nodeOf(worker) };
};

/** What stands on a worker, which itself knows of no service: its containers and volumes, as lines. */
export const keptOn = async ({ host }: Node): Promise<string[]> => {
  const list = async (kind: string, ...args: string[]) =>
    (await docker(host, ...args))
      .split("\n")
      .filter((name) => name !== "")
      .map((name) => `${kind} ${name}`);
  return [
    ...(await list("container", "ps", "--all", "--format", "{{.Names}}")),
    ...(await list("volume", "volume", "ls", "--format", "{{.Name}}")),
  ].sort();
};
