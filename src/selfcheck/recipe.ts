/**
 * The self-check's own recipes: one service of a shell and a sleep, from the probe image, on the host's network, so that no
 * registry, no overlay and no repository is needed. Their trees are written from memory, where a run's come from git.
 */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Commit } from "../recipe/commit.ts";
import type { Trees } from "../runner/work.ts";

/** One version of the recipe, told as what differs from one whose task comes up and stays. */
export type Version = {
  /** What process 1 does, as shell code in which `$` is not for compose. */
  does?: string;
  /** Where it is not the probe image. */
  image?: string;
  memoryLimit?: string;
  failureAction?: "rollback" | "pause";
  /** False: a slot has one task of this version, and the engine's short history keeps those from before. */
  restarts?: boolean;
  /** Swarm's own watch, in seconds. */
  monitorS?: number;
  /** The base of an upgrade is known to stand as soon as it is healthy. */
  isBase?: boolean;
};
type Files = Readonly<Record<string, string>>;

export const STAYS = "exec sleep 3600";

/** YAML that is JSON: nothing in it needs quoting rules. */
export const filesOf = (probeImage: string, version: Version): Files => {
  const { does = STAYS, image = probeImage, memoryLimit, failureAction = "rollback", monitorS = 3 } = version;
  const app = {
    image,
    entrypoint: ["sh", "-c", does.replaceAll("$", "$$$$")],
    stop_signal: "SIGKILL",
    stop_grace_period: "1s",
    ...(version.isBase && {
      healthcheck: { test: ["CMD", "sh", "-c", ":"], interval: "500ms", timeout: "5s" },
    }),
    deploy: {
      restart_policy: { condition: version.restarts === false ? "none" : "any", delay: "500ms" },
      update_config: { failure_action: failureAction, order: "stop-first", monitor: `${monitorS}s` },
      rollback_config: { order: "stop-first", monitor: "1s" },
      ...(memoryLimit && { resources: { limits: { memory: memoryLimit } } }),
    },
  };
  const networks = { default: { name: "host", external: true } };
  return {
    "compose.yml": JSON.stringify({ version: "3.8", services: { app }, networks }, null, 2),
    ".env.sample": "TIMEOUT=60\n",
  };
};

/** The name of these files, as a commit is the name of its own. */
export const commitOf = (files: Files): Commit =>
  Commit.parse(createHash("sha1").update(JSON.stringify(files)).digest("hex"));

/** Trees of these versions; what a tree holds is what was written there last. */
export const treesOf = (versions: readonly Files[]): Trees => {
  const byCommit = new Map(versions.map((files) => [commitOf(files), files]));
  const at = new Map<string, Commit>();
  const place = async (directory: string, commit: Commit) => {
    await mkdir(directory, { recursive: true });
    for (const [path, text] of Object.entries(byCommit.get(commit) ?? {}))
      await writeFile(join(directory, path), text);
    at.set(directory, commit);
  };
  const standing = (directory: string): Commit => {
    const commit = at.get(directory);
    if (!commit) throw new Error(`no version stands in ${directory}`);
    return commit;
  };
  return {
    addTree: (_mirror, directory, commit) => place(directory, commit),
    moveTree: place,
    headOf: async (directory) => ({ commit: standing(directory), isDirty: false }),
    readFile: async (directory, path) => byCommit.get(standing(directory))?.[path] ?? null,
    linksAmong: async () => [],
  };
};
