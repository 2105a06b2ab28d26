/** What a run asks of a mirror's history, with a real repository: tags, ancestors, files at a commit. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Mirror } from "../../../src/git/git.ts";
import { gitOnDisk } from "../../../src/git/simple-git.ts";
import { Commit } from "../../../src/recipe/commit.ts";
import { Fault } from "../../../src/verdict/fault.ts";
import { createRecipe } from "../../support/recipes.ts";

const path = process.env.PATH ?? "";
let folder: string;
let mirror: Mirror;
let commits: { old: Commit; tip: Commit; head: Commit; side: Commit };
const edge = () => gitOnDisk(join(folder, "mirrors"), path);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-git-"));
  const {
    path: origin,
    versions,
    heads,
  } = await createRecipe(folder, "wiki", {
    versions: {
      "1.0.0+1.0": { "compose.yml": "old" },
      "1.1.0+1.1": { "compose.yml": "tip", "deep/er/testme.yml": "skip: {}\n", "[a]*.yml": "odd" },
    },
    heads: { change: { "compose.yml": "head" }, side: { "compose.yml": "side" } },
  });
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: origin, env: { PATH: path, GIT_CONFIG_GLOBAL: "/dev/null" } });
  git("tag", "light", versions["1.0.0+1.0"]);
  commits = {
    old: Commit.parse(versions["1.0.0+1.0"]),
    tip: Commit.parse(versions["1.1.0+1.1"]),
    head: Commit.parse(heads.change),
    side: Commit.parse(heads.side),
  };
  mirror = await edge().fetch({ url: origin, token: null });
});
afterAll(() => rm(folder, { recursive: true }));

test("tells annotated tags from mere names, and both by their commits", async () => {
  expect(await edge().tags(mirror)).toEqual([
    { name: "1.0.0+1.0", commit: commits.old, isAnnotated: true },
    { name: "1.1.0+1.1", commit: commits.tip, isAnnotated: true },
    { name: "light", commit: commits.old, isAnnotated: false },
  ]);
});

test.each<[string, keyof typeof commits, keyof typeof commits, boolean]>([
  ["an older commit of it is", "old", "tip", true],
  ["the tip itself is", "tip", "tip", true],
  ["what came later is not", "tip", "old", false],
  ["a branch of its own is not", "side", "head", false],
])("of a branch's ancestors: %s", async (_, one, of, is) => {
  expect(await edge().isAncestor(mirror, commits[one], commits[of])).toBe(is);
});

test("a commit that the mirror has not is nobody's ancestor", async () => {
  expect(await edge().isAncestor(mirror, Commit.parse("0".repeat(40)), commits.tip)).toBe(false);
});

test("shows a file as it was at a commit, and none that is not there or is a folder", async () => {
  const show = (commit: Commit, file: string) => edge().show(mirror, commit, file);
  expect(await show(commits.tip, "compose.yml")).toBe("tip");
  expect(await show(commits.old, "compose.yml")).toBe("old");
  expect(await show(commits.tip, "deep/er/testme.yml")).toBe("skip: {}\n");
  expect(await show(commits.old, "deep/er/testme.yml")).toBeNull();
  expect(await show(commits.tip, "deep")).toBeNull();
  expect(await show(commits.tip, "testme.yml")).toBeNull();
  expect(await show(commits.tip, "[a]*.yml")).toBe("odd");
  expect(await show(commits.tip, "*.yml")).toBeNull();
});

test("a mirror that git cannot read has no file missing: that is a fault", async () => {
  await expect(edge().show(mirror, Commit.parse("0".repeat(40)), "compose.yml")).rejects.toBeInstanceOf(
    Fault,
  );
  await expect(edge().show({ directory: folder }, commits.tip, "compose.yml")).rejects.toBeInstanceOf(Fault);
});
