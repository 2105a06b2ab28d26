/**
 * Reads the memory of the engine's host: /proc, and the cgroups of the containers that are asked for and those around them.
 * It works only where the engine runs on this very kernel, hence only by a unix socket; elsewhere the answer is null. A bot
 * that sits in a container without the host's cgroups still has the host's part. It never throws: what cannot be read is null.
 */
import { access, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { CgroupMemory, Memory } from "../verdict/observation.ts";
import {
  BUDGET_FILES,
  type Budget,
  budgetOf,
  CGROUP_FILES,
  type CgroupVersion,
  cgroupMemoryOf,
  HOST_FILES,
  hostMemoryOf,
  type ReadFile,
} from "./memory-files.ts";

type Hierarchy = { root: string; version: CgroupVersion };
export type Roots = { proc: string; cgroup: string };
type MemoryReader = (containers: readonly string[]) => Promise<Memory | null>;

/** Kubernetes nests deepest, with four levels above a container. */
const SEARCH_DEPTH = 5;
/** Everything of the system is in it, not the engine's containers alone. */
const SHARED = new Set(["system.slice"]);

/** `host` as DOCKER_HOST has it. */
export const memoryOfHost = (
  host: string,
  { proc, cgroup }: Roots = { proc: "/proc", cgroup: "/sys/fs/cgroup" },
): MemoryReader => {
  if (new URL(host).protocol !== "unix:") return async () => null;
  let parent: string | null = null;
  const directoryOf = async (hierarchy: Hierarchy, id: string): Promise<string | null> => {
    if (parent !== null) {
      for (const name of namesOf(id)) {
        const directory = join(parent, name);
        if (await isThere(directory)) return directory;
      }
      return null;
    }
    const found = await find(hierarchy.root, new Set(namesOf(id)), SEARCH_DEPTH);
    if (found !== null) parent = dirname(found);
    return found;
  };
  return async (containers) => {
    const hostPart = hostMemoryOf(await readAll(proc, HOST_FILES));
    if (hostPart === null) return null;
    const hierarchy = await hierarchyIn(cgroup);
    if (hierarchy === null) return { host: hostPart, parent: null, containers: {} };
    const read = await Promise.all(
      containers.map(async (id) => {
        const directory = await directoryOf(hierarchy, id);
        return [id, directory && (await readCgroup(hierarchy, directory))] as const;
      }),
    );
    return {
      host: hostPart,
      parent: parent === null || isShared(hierarchy, parent) ? null : await readCgroup(hierarchy, parent),
      containers: Object.fromEntries(read.flatMap(([id, memory]) => (memory ? [[id, memory]] : []))),
    };
  };
};

/** Around this living container; around the one of the last time where there is none. */
export type BudgetReader = (container: string | null) => Promise<Budget | null>;

/**
 * The limits above a living container bound it and its neighbours, whoever set them; this is the one with the least left.
 * That the container's cgroup is found by its id shows that it runs on this kernel.
 */
export const budgetAround = (host: string, cgroup = "/sys/fs/cgroup"): BudgetReader => {
  if (new URL(host).protocol !== "unix:") return async () => null;
  let around: string | null = null;
  return async (container) => {
    const hierarchy = await hierarchyIn(cgroup);
    if (hierarchy === null) return null;
    const { root, version } = hierarchy;
    if (container !== null) {
      const found = await find(root, new Set(namesOf(container)), SEARCH_DEPTH);
      around = found && dirname(found);
    }
    if (around === null) return null;
    let tightest: Budget | null = null;
    for (let at = around; at.startsWith(root); at = dirname(at)) {
      const budget = budgetOf(version, await readAll(at, BUDGET_FILES[version]));
      if (budget && budget.freeBytes < (tightest?.freeBytes ?? Number.POSITIVE_INFINITY)) tightest = budget;
    }
    return tightest;
  };
};

/** By the cgroupfs driver, and by systemd's. */
const namesOf = (id: string): [string, string] => [id, `docker-${id}.scope`];

const isShared = ({ root }: Hierarchy, parent: string): boolean =>
  parent === root || SHARED.has(basename(parent));

/** A host with both versions counts memory in one of them; where v1 has the controller, v2 does not. */
const hierarchyIn = async (cgroup: string): Promise<Hierarchy | null> => {
  const v1 = join(cgroup, "memory");
  if (await isThere(join(v1, "memory.limit_in_bytes"))) return { root: v1, version: "v1" };
  const controllers = await readOrNull(join(cgroup, "cgroup.controllers"));
  return controllers?.split(/\s+/).includes("memory") ? { root: cgroup, version: "v2" } : null;
};

const readCgroup = async ({ version }: Hierarchy, directory: string): Promise<CgroupMemory | null> =>
  cgroupMemoryOf(version, await readAll(directory, CGROUP_FILES[version]));

const readAll = async (directory: string, names: readonly string[]): Promise<ReadFile> => {
  const contents = await Promise.all(
    names.map(async (name) => [name, await readOrNull(join(directory, name))] as const),
  );
  const byName = new Map(contents);
  return (name) => byName.get(name) ?? null;
};

const find = async (directory: string, names: ReadonlySet<string>, depth: number): Promise<string | null> => {
  const inside = await foldersIn(directory);
  const here = inside.find((name) => names.has(name));
  if (here !== undefined) return join(directory, here);
  if (depth === 0) return null;
  for (const name of inside) {
    const found = await find(join(directory, name), names, depth - 1);
    if (found !== null) return found;
  }
  return null;
};

const foldersIn = async (directory: string): Promise<string[]> => {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
};

/** A file of a cgroup that ends while it is read fails with ENODEV; that too is "not there". */
const readOrNull = (path: string): Promise<string | null> => readFile(path, "utf8").catch(() => null);

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
