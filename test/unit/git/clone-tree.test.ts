/** A program that knows nothing of git's worktrees finds a plain repository, at the commit that is wanted, and nothing else in it. */
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { gitOnDisk } from "../../../src/git/simple-git.ts";
import { Commit } from "../../../src/recipe/commit.ts";
import { goodUpgrade } from "../../support/recipes.ts";

test("a tree's clone is a repository of its own, and outlives the tree", async () => {
  const folder = await mkdtemp(join(tmpdir(), "testme-clone-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const origin = await goodUpgrade(folder, "wiki");
  const git = gitOnDisk(join(folder, "mirrors"), process.env.PATH ?? "");
  const mirror = await git.fetch({ url: origin.path, token: null });
  const [tree, clone, base] = [join(folder, "tree"), join(folder, "clone"), Commit.parse(origin.base)];
  await git.addTree(mirror, tree, Commit.parse(origin.head));

  await git.cloneTree(tree, clone, base);
  await git.removeTree(mirror, tree);
  await rm(mirror.directory, { recursive: true });

  expect(await git.headOf(clone)).toEqual({ commit: base, isDirty: false });
  expect((await stat(join(clone, ".git"))).isDirectory()).toBe(true);
  expect(await git.readFile(clone, "compose.yml")).toBe(await readFile(join(clone, "compose.yml"), "utf8"));
});
