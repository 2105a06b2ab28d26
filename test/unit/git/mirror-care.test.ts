/** A mirror outlives what is done to it: power cuts, killed gits, years of fetches. All with real repositories. */
import { execFile, execFileSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gitOnDisk } from "../../../src/git/simple-git.ts";
import { Commit } from "../../../src/recipe/commit.ts";
import { goodUpgrade, type Story } from "../../support/recipes.ts";

const DAY_MS = 86_400_000;
const now = new Date();
const at = (daysAgo: number): Date => new Date(now.getTime() - daysAgo * DAY_MS);
const path = process.env.PATH ?? "";

let folder: string;
let origin: Story;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-mirrors-"));
  origin = await goodUpgrade(folder, "wiki");
});
afterEach(() => rm(folder, { recursive: true }));

const run = async (directory: string, ...args: string[]): Promise<string> => {
  const env = { PATH: path, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_DIR: directory };
  return (await promisify(execFile)("git", args, { env })).stdout.trim();
};
const edge = () => gitOnDisk(join(folder, "mirrors"), path);
const fetch = () => edge().fetch({ url: origin.path, token: null });

/** A mirror, and something new at its origin: main has moved, a branch is gone, another is there. */
const behindMirror = async () => {
  await run(origin.path, "update-ref", "refs/heads/old", origin.base);
  const mirror = await fetch();
  await run(mirror.directory, "pack-refs", "--all");
  await run(origin.path, "update-ref", "-d", "refs/heads/old");
  await run(origin.path, "update-ref", "refs/heads/new", origin.head);
  await run(origin.path, "update-ref", "refs/heads/main", origin.head);
  return mirror;
};
const isUpToDate = async () => {
  const mirror = await fetch();
  const refs = ["main", "new", "old", "HEAD"].map((ref) => edge().resolve(mirror, ref));
  expect(await Promise.all(refs)).toEqual([origin.head, origin.head, null, origin.head]);
};
const put = async (directory: string, file: string, content = ""): Promise<void> => {
  await mkdir(join(directory, file, ".."), { recursive: true });
  await writeFile(join(directory, file), content);
};
const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

test.each([
  "packed-refs.lock",
  "packed-refs.new",
  "refs/heads/main.lock",
  "refs/testme/HEAD.lock",
  "config.lock",
])("%s that was left keeps a fetch from its work until it is mended", async (lock) => {
  const mirror = await behindMirror();
  await put(mirror.directory, lock);
  await expect(fetch()).rejects.toThrow(/^git could not fetch .*(File exists|cannot lock)/);
  expect(await edge().mend(mirror)).toBe(false);
  await isUpToDate();
});

test("what a killed git left goes, and branches of such names stay", async () => {
  const left = [
    "HEAD.lock",
    "shallow.lock",
    "gc.pid",
    "objects/maintenance.lock",
    "objects/ab/tmp_obj_4Xy",
    "objects/pack/tmp_pack_Zx1",
    "objects/pack/.tmp-12-pack-34.pack",
    "objects/pack/pack-12.keep",
  ];
  const branches = ["gc.pid", "tmp_pack", "worktrees/x/locked", "objects/tmp_obj", "pack/x.keep"];
  for (const branch of branches) await run(origin.path, "update-ref", `refs/heads/${branch}`, origin.head);
  const mirror = await fetch();
  for (const file of left) await put(mirror.directory, file, "123 host");
  expect(await edge().mend(mirror)).toBe(false);
  for (const file of left) expect(await exists(join(mirror.directory, file)), file).toBe(false);
  for (const branch of branches) expect(await edge().resolve(mirror, branch), branch).toBe(origin.head);
});

const packs = async (directory: string, ending: string): Promise<string[]> =>
  (await readdir(join(directory, "objects", "pack")))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(directory, "objects", "pack", name));
/** In the place of the file, which git may have made read-only. */
const spoil = async (file: string, spoilt: (content: Buffer) => Buffer): Promise<void> => {
  const content = await readFile(file);
  await rm(file);
  await writeFile(file, spoilt(content));
};
const nothing = () => Buffer.alloc(0);
const half = (content: Buffer) => content.subarray(0, content.length / 2);
const zeroes = (content: Buffer) => Buffer.alloc(content.length);

test.each([
  ["an empty HEAD", "HEAD", nothing],
  ["HEAD as zeroes", "HEAD", zeroes],
  ["half of packed-refs", "packed-refs", half],
  ["packed-refs as zeroes", "packed-refs", zeroes],
  ["config as zeroes", "config", zeroes],
  ["an empty ref", "refs/heads/new", nothing],
  ["a ref as zeroes", "refs/heads/new", zeroes],
])("%s: no fetch goes, and once it is mended one makes all anew", async (_, file, spoilt) => {
  const mirror = await behindMirror();
  await run(mirror.directory, "update-ref", "refs/heads/new", origin.base);
  await spoil(join(mirror.directory, file), spoilt);
  await expect(fetch()).rejects.toThrow(/^git could not fetch /);
  expect(await edge().mend(mirror)).toBe(true);
  await isUpToDate();
});

test.each([
  ["an empty config", "config"],
  ["an empty packed-refs", "packed-refs"],
  ["an empty FETCH_HEAD", "FETCH_HEAD"],
])("%s costs nothing: the next fetch writes it", async (_, file) => {
  const mirror = await behindMirror();
  await spoil(join(mirror.directory, file), nothing);
  expect(await edge().mend(mirror)).toBe(false);
  await isUpToDate();
});

/** As a fetch of few objects leaves it by default, and ours do not. */
const unpack = async (directory: string): Promise<void> => {
  const content = await Promise.all((await packs(directory, ".pack")).map((file) => readFile(file)));
  await rm(join(directory, "objects", "pack"), { recursive: true });
  for (const input of content) execFileSync("git", ["unpack-objects", "-q"], { cwd: directory, input });
};
const treeOf = async (directory: string, commit: string): Promise<string> => {
  const tree = await run(directory, "rev-parse", `${commit}^{tree}`);
  return join(directory, "objects", tree.slice(0, 2), tree.slice(2));
};

test.each<[string, (directory: string) => Promise<void>]>([
  ["half a pack", async (directory) => spoilAll(await packs(directory, ".pack"), half)],
  ["an empty index of a pack", async (directory) => spoilAll(await packs(directory, ".idx"), nothing)],
  [
    "an empty object deep in the history",
    async (directory) => {
      await unpack(directory);
      await spoil(await treeOf(directory, origin.base), nothing);
    },
  ],
])("%s: what was fetched is not there, and once it is mended it is", async (_, lose) => {
  const mirror = await fetch();
  await lose(mirror.directory);
  await expect(edge().addTree(mirror, join(folder, "tree"), Commit.parse(origin.base))).rejects.toThrow(
    /^git: /,
  );
  expect(await edge().mend(mirror)).toBe(true);
  await edge().addTree(await fetch(), join(folder, "tree"), Commit.parse(origin.base));
});
const spoilAll = async (files: readonly string[], spoilt: typeof half): Promise<void> => {
  for (const file of files) await spoil(file, spoilt);
};

test("a fetch leaves no loose object: packs are on the disk before a ref names them", async () => {
  const { directory } = await fetch();
  expect(await packs(directory, ".pack")).toHaveLength(1);
  const objects = await readdir(join(directory, "objects"));
  expect(objects.sort()).toEqual(["info", "pack"]);
});

test("trees that are gone are forgotten, also those that were being added", async () => {
  const mirror = await fetch();
  const trees = ["gone", "half", "there"].map((name) => join(folder, name));
  for (const tree of trees) await edge().addTree(mirror, tree, Commit.parse(origin.head));
  await put(mirror.directory, "worktrees/half/locked", "initializing");
  for (const tree of trees.slice(0, 2)) await rm(tree, { recursive: true });
  expect(await edge().mend(mirror)).toBe(false);
  expect(await readdir(join(mirror.directory, "worktrees"))).toEqual(["there"]);
});

test("a tree that was hardly added keeps a fetch from its work until the mirror is mended", async () => {
  const mirror = await behindMirror();
  await edge().addTree(mirror, join(folder, "tree"), Commit.parse(origin.base));
  await put(mirror.directory, "worktrees/tree/locked", "initializing");
  await put(mirror.directory, "worktrees/tree/HEAD", "0".repeat(40));
  await expect(fetch()).rejects.toThrow(/worktrees\/tree\/HEAD/);
  expect(await edge().mend(mirror)).toBe(false);
  await isUpToDate();
});

test("a tree whose adding was cut short can be added", async () => {
  const mirror = await fetch();
  const tree = join(folder, "tree");
  await edge().addTree(mirror, tree, Commit.parse(origin.base));
  await put(mirror.directory, "worktrees/tree/locked", "initializing");
  await edge().addTree(mirror, tree, Commit.parse(origin.head));
  expect(await edge().headOf(tree)).toEqual({ commit: origin.head, isDirty: false });
});

test("a git that cannot be started is no broken mirror", async () => {
  const mirror = await fetch();
  await expect(gitOnDisk(join(folder, "mirrors"), folder).mend(mirror)).rejects.toMatchObject({
    party: "git",
  });
  expect(await edge().resolve(mirror, "HEAD")).not.toBeNull();
});

test("a mirror that lies in a repository is not taken for it", async () => {
  await run(join(folder, ".git"), "init", "--quiet");
  const mirror = await fetch();
  await spoil(join(mirror.directory, "HEAD"), nothing);
  expect(await edge().mend(mirror)).toBe(true);
});

test("knows its mirrors, and which is whose", async () => {
  expect(await edge().mirrors()).toEqual([]);
  const mirror = await fetch();
  expect(edge().mirrorOf(origin.path)).toEqual(mirror);
  expect(await edge().mirrors()).toEqual([mirror]);
  await spoil(join(mirror.directory, "HEAD"), nothing);
  await edge().mend(mirror);
  expect(await edge().mirrors()).toEqual([]);
});

const wasFetched = (directory: string, daysAgo: number) =>
  utimes(join(directory, "FETCH_HEAD"), at(daysAgo), at(daysAgo));

test("a mirror that nobody fetched for long is given up, another is not", async () => {
  const mirror = await fetch();
  await wasFetched(mirror.directory, 89);
  expect(await edge().tidy(mirror, now, 90 * DAY_MS)).toBe(false);
  await wasFetched(mirror.directory, 91);
  expect(await edge().tidy(mirror, now, 90 * DAY_MS)).toBe(true);
  expect(await edge().mirrors()).toEqual([]);
  await fetch();
});

test("a mirror with a living tree stays, however old; one whose trees are gone does not", async () => {
  const mirror = await fetch();
  await edge().addTree(mirror, join(folder, "tree"), Commit.parse(origin.head));
  await wasFetched(mirror.directory, 1000);
  expect(await edge().tidy(mirror, now, DAY_MS)).toBe(false);
  await rm(join(folder, "tree"), { recursive: true });
  expect(await edge().tidy(mirror, now, DAY_MS)).toBe(true);
});

test("many packs become one, and a tree at a commit that no ref names any more keeps it", async () => {
  const mirror = await behindMirror();
  await edge().addTree(mirror, join(folder, "tree"), Commit.parse(origin.base));
  for (const ending of [".pack", ".idx"])
    for (const file of await packs(mirror.directory, ending))
      for (let i = 0; i < 60; i += 1)
        await copyFile(file, file.replace(/[0-9a-f]{40}/, i.toString(16).padStart(40, "0")));
  expect(await edge().tidy(mirror, now, DAY_MS)).toBe(false);
  expect(await packs(mirror.directory, ".pack")).toHaveLength(1);
  expect(await edge().headOf(join(folder, "tree"))).toEqual({ commit: origin.base, isDirty: false });
  await isUpToDate();
});

test("beside others at work, only a lock that is older than any work of git is taken away", async () => {
  const mirror = await fetch();
  await put(mirror.directory, "packed-refs.lock");
  await put(mirror.directory, "config.lock");
  await utimes(join(mirror.directory, "packed-refs.lock"), at(0.5), at(0.5));
  await edge().tidy(mirror, now, DAY_MS);
  expect((await readdir(mirror.directory)).filter((name) => name.endsWith(".lock"))).toEqual(["config.lock"]);
});
