// The real engine under the swarm tests and the demo: started through scripts/engine, with the fixture images on it.
// A missing engine is an error, never a skip. Invariant: only an engine that was started here is ended here.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const projectRoot = join(import.meta.dirname, "../..");
const predefined = new Set(["bridge", "host", "none", "ingress", "docker_gwbridge", "proxy"]);

export type Engine = {
  /** The address as DOCKER_HOST takes it. */
  host: string;
  startedHere: boolean;
  /** The project's own engine, not one that DOCKER_HOST named. */
  isPrivate: boolean;
  /** What all containers together may use before the kernel kills the largest; null on an engine that was named. */
  memoryBudgetBytes: number | null;
};

let mayStop = false;
/** A named engine on which the network that recipes share was missing, and was made here. */
let lentProxyTo: string | null = null;

/** Brings an engine up with the fixture images on it. Throws what scripts/engine said if it cannot. */
export async function startEngine(): Promise<Engine> {
  const named = process.env.DOCKER_HOST;
  const wasUp = await engine("status").then(
    () => true,
    () => false,
  );
  await engine("up");
  const startedHere = !wasUp && !named;
  mayStop ||= startedHere;
  const host = named || (await stateOf("host"));
  await buildFixtureImages(host);
  if (named) await lendProxy(host);
  return {
    host,
    startedHere,
    isPrivate: !named,
    memoryBudgetBytes: named ? null : Number(await stateOf("memory")),
  };
}

/** Fixture recipes attach to `proxy`, as real ones do; a named engine may have none. */
async function lendProxy(host: string): Promise<void> {
  const names = await docker(host, "network", "ls", "--filter", "name=proxy", "--format", "{{.Name}}");
  if (names.split("\n").includes("proxy")) return;
  await docker(host, "network", "create", "--driver", "overlay", "--attachable", "proxy");
  lentProxyTo = host;
}

/** Ends the engine if startEngine started it; leaves any other as it found it. */
export async function stopEngine(): Promise<void> {
  if (lentProxyTo) await docker(lentProxyTo, "network", "rm", "proxy");
  lentProxyTo = null;
  if (mayStop) await engine("down");
  mayStop = false;
}

/** Runs one verb of scripts/engine and gives its line; rejects with what it said when its exit code is not 0. */
export async function engine(verb: "up" | "down" | "status"): Promise<string> {
  return say(join(projectRoot, "scripts/engine"), [verb]);
}

/** Puts testme/fixture:1 and :2 on the engine, unless images of the same sources are there. */
async function buildFixtureImages(host: string): Promise<void> {
  await say(join(projectRoot, "test/fixtures/image/build"), [], host);
}

/** Runs the docker CLI against an engine and gives its trimmed stdout. */
export async function docker(host: string, ...args: string[]): Promise<string> {
  return say("docker", args, host);
}

/**
 * What stands on an engine, as lines like "service foo_app", sorted; [] on a clean one. `except` takes lines of an
 * earlier call, so that a test answers only for what it made. Images do not count.
 */
export async function leftovers(
  host: string,
  options: { except?: readonly string[] } = {},
): Promise<string[]> {
  const list = async (kind: string, format: string, ...args: string[]) =>
    (await docker(host, ...args, "--format", format))
      .split("\n")
      .filter((name) => name !== "" && !(kind === "network" && predefined.has(name)))
      .map((name) => `${kind} ${name}`);
  const found = await Promise.all([
    list("service", "{{.Name}}", "service", "ls"),
    list("container", "{{.Names}}", "ps", "--all"),
    list("network", "{{.Name}}", "network", "ls"),
    list("volume", "{{.Name}}", "volume", "ls"),
    list("secret", "{{.Name}}", "secret", "ls"),
    list("config", "{{.Name}}", "config", "ls"),
  ]);
  return found
    .flat()
    .filter((line) => !options.except?.includes(line))
    .sort();
}

async function stateOf(file: "host" | "memory"): Promise<string> {
  return (await readFile(join(projectRoot, ".engine", file), "utf8")).trim();
}

async function say(command: string, args: string[], host?: string): Promise<string> {
  const env = host === undefined ? process.env : { ...process.env, DOCKER_HOST: host };
  try {
    return (await run(command, args, { env })).stdout.trim();
  } catch (cause) {
    const { stdout = "", stderr = "" } = cause as { stdout?: string; stderr?: string }; // execFile adds both
    throw new Error(`${command} ${args.join(" ")} failed: ${(stdout + stderr).trim() || cause}`, { cause });
  }
}
