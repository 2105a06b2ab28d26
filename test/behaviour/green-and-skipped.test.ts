/** Pull requests on which there is little or nothing to upgrade: what is green, what is skipped, and why. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { goodUpgrade, labelOnly, type Story } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

const git = (path: string, ...words: string[]) => promisify(execFile)("git", ["-C", path, ...words]);

/** A recipe that was never released; `main` is where the head is, or where the base was. */
const unreleased =
  (main: "head" | "base") =>
  async (folder: string, name: string): Promise<Story> => {
    const story = await goodUpgrade(folder, name);
    await git(story.path, "update-ref", "-d", "refs/tags/1.0.0+1.0");
    await git(story.path, "update-ref", "refs/heads/main", story[main]);
    return story;
  };

test("a label of the worker, no release, and no base at all", async () => {
  const recipes = { labels: labelOnly, fresh: unreleased("base"), first: unreleased("head") };
  const world = await openWorld({ concurrency: 3, recipes });
  for (const on of Object.keys(recipes)) await world.comment("!testme", { on });
  await world.settled();
  for (const on of Object.keys(recipes)) expect(world.check("install", on).conclusion).toBe("success");

  // A label alone is no reason to wait for tasks.
  const labels = world.check("upgrade", "labels");
  expect(labels.conclusion).toBe("success");
  expect(labels.output.summary).toContain("| `labels_worker` | no task had to roll |");
  // Without a release the target branch is the base.
  const fresh = world.check("upgrade", "fresh");
  expect(fresh.conclusion).toBe("success");
  expect(fresh.output.title).toMatch(/^Level 2 of 5 · Upgraded main to /);
  // And where that is the head itself, there is nothing to do, and it is not called a success.
  const first = world.check("upgrade", "first");
  expect(first.conclusion).toBe("skipped");
  const why =
    "there is no release tag (`X.Y.Z+version`) to upgrade from, and main is at the commit under test itself";
  expect(first.output).toMatchObject({
    title: `Level 1 of 5 · Skipped: ${why}`,
    summary: expect.stringContaining(why),
  });
});
