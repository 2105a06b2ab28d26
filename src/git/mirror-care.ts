/**
 * What keeps a mirror usable: nothing that a killed git or a power cut left stays in its way, its garbage is collected, and one
 * that is broken or that nobody needs is given up. A mirror is only a copy, so in doubt it is made anew.
 */
import { glob, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GIT_COMPLAINS, gitIn, local } from "./run-git.ts";

/** No ref can be named `*.lock`; the other names are sought only where git alone chooses them. */
const LEFT_BEHIND = [
  "**/*.lock",
  "gc.pid",
  // What was being written.
  "packed-refs.new",
  "objects/**/tmp_*",
  "objects/**/.tmp-*",
  // A fetch guards its new pack until the refs know it; a pack that stays guarded is never put together with others.
  "objects/pack/*.keep",
];
/** Only while git adds a tree. It neither prunes such a one nor adds another in its place, and may not fetch beside it. */
const TREES_BEING_ADDED = "worktrees/*/locked";
const LOOSE_OBJECTS = "objects/[0-9a-f][0-9a-f]/*";
/** No git of ours holds a lock that long, so beside others at work whatever is older was left behind. */
const ABANDONED_AFTER_MS = 3_600_000;
/** It says nothing while it packs. */
const COLLECTS_FOR_AT_MOST_MS = 900_000;

/** True where the mirror had to be given up. */
export const mendMirror = async (directory: string, path: string): Promise<boolean> => {
  await local(removeLeftBehind(directory, Number.POSITIVE_INFINITY));
  const isUsable =
    !(await local(hasEmptyObject(directory))) &&
    (await gitReads(directory, path, ["worktree", "prune"])) &&
    // The tip of each ref and tree, and no more: quick, and it needs HEAD, config, packed-refs and the packs to be whole.
    (await gitReads(directory, path, ["rev-list", "--all", "--no-walk", "--quiet"]));
  if (!isUsable) await local(giveUp(directory));
  return !isUsable;
};

/** True where the mirror was given up. */
export const tidyMirror = async (
  directory: string,
  path: string,
  now: Date,
  keepMs: number,
): Promise<boolean> => {
  await local(removeLeftBehind(directory, now.getTime() - ABANDONED_AFTER_MS));
  const git = gitIn(directory, path, null, COLLECTS_FOR_AT_MOST_MS);
  if ((await local(lastFetchedMs(directory))) < now.getTime() - keepMs) {
    await local(git.raw([HERE, "worktree", "prune"]));
    const [, ...trees] =
      (await local(git.raw([HERE, "worktree", "list", "--porcelain"]))).match(/^worktree /gm) ?? [];
    if (trees.length === 0) {
      await local(giveUp(directory));
      return true;
    }
  }
  await local(git.raw([HERE, "gc", "--auto", "--quiet"]));
  return false;
};

/** Never the repository that the data folder may lie in. */
const HERE = "--git-dir=.";

/** False where git finds the mirror unreadable; that git itself cannot be started is a Fault. */
const gitReads = async (directory: string, path: string, command: readonly string[]): Promise<boolean> => {
  try {
    await gitIn(directory, path).raw([HERE, ...command]);
    return true;
  } catch (error) {
    if (error instanceof Error && GIT_COMPLAINS.test(error.message)) return false;
    return await local(Promise.reject(error));
  }
};

/** `beforeMs`: those that were last written before. */
const removeLeftBehind = async (directory: string, beforeMs: number): Promise<void> => {
  const isOld = async (file: string) =>
    ((await stat(file).catch(() => null))?.mtimeMs ?? beforeMs) < beforeMs;
  const remove = (file: string) => rm(file, { recursive: true, force: true });
  for await (const name of glob(TREES_BEING_ADDED, { cwd: directory })) {
    const file = join(directory, name);
    if (await isOld(file)) await remove(dirname(file));
  }
  for await (const name of glob(LEFT_BEHIND, { cwd: directory })) {
    const file = join(directory, name);
    if (await isOld(file)) await remove(file);
  }
};

/** As a power cut leaves what was not on the disk yet; git would find it only when it needs that very object. */
const hasEmptyObject = async (directory: string): Promise<boolean> => {
  for await (const name of glob(LOOSE_OBJECTS, { cwd: directory }))
    if ((await stat(join(directory, name))).size === 0) return true;
  return false;
};

/** Each fetch writes it, also one that brings nothing. */
const lastFetchedMs = async (directory: string): Promise<number> => {
  const fetched = await stat(join(directory, "FETCH_HEAD")).catch(() => stat(directory));
  return fetched.mtimeMs;
};

/** Out of the way at once, so that half a mirror is never taken for one; what a killed bot left of the last one goes too. */
const giveUp = async (directory: string): Promise<void> => {
  const aside = join(dirname(directory), "given-up");
  await rm(aside, { recursive: true, force: true });
  await rename(directory, aside);
  await rm(aside, { recursive: true });
};
