/** A pull request that breaks its recipe: the check that turns red, and the words by which one failure is told from another. */
import { expect, test } from "vitest";
import { Commit } from "../../src/recipe/commit.ts";
import * as recipes from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

const short = (commit: string): string => commit.slice(0, 8);

test("the seed: killed for memory, rolled back by Swarm, and the title says both", async () => {
  const seed = (folder: string, name: string) => recipes.oomRollback(folder, { budget: "engine", name });
  const world = await openWorld({ recipes: { discourse: seed } });
  await world.comment("!testme");
  await world.settled();
  const [base, head] = [short(world.story().base), short(world.story().head)];
  expect(world.check("install").conclusion).toBe("success");
  const { conclusion, output } = world.check("upgrade");
  expect(conclusion).toBe("failure");
  expect(output.title).toBe(
    `Level 1 of 5 · Rolled back: discourse_app ran out of memory, Swarm restored ${base}`,
  );
  const [first = "", ...evidence] = output.summary?.split("\n\n") ?? [];
  expect(first).toMatch(new RegExp(`Not a stamp mismatch.*did carry \`${head}\``));
  expect(first).toContain("the one that Swarm names");
  expect(first).toMatch(/exit code 137, .*OOMKilled.*, the kernel's `oom` event/);
  expect(first).toMatch(/The old task `\w+` ran all along/);
  expect(first).toContain("Use `order: stop-first`");
  expect(evidence.join("\n")).toContain(`| \`chaos-version\` | \`${base}\` | \`${head}\` | \`${base}\` |`);
  expect(evidence.join("\n")).toMatch(/PreviousSpec against the new spec.*TaskTemplate/s);
});

test("the deployer stamps another commit: a stamp mismatch, and no rollback", async () => {
  let base = "";
  const world = await openWorld({
    // It is right twice, and then stays behind.
    script: { stampsAs: (commit, nth) => (nth === 2 ? Commit.parse(base) : commit) },
  });
  base = world.story().base;
  await world.comment("!testme");
  await world.settled();
  expect(world.check("install").conclusion).toBe("success");
  const { conclusion, output } = world.check("upgrade");
  expect(conclusion).toBe("failure");
  expect(output.title).toBe(
    `Level 1 of 5 · Stamp mismatch: wiki_app carries ${short(base)}, ${short(world.story().head)} was never applied`,
  );
  expect(output.summary).toContain("Not a rollback");
});

test("each way to fail has its own title, for the install and for the upgrade", async () => {
  const crash = "Crash loop: RECIPE_app exited with code 3, 3 deaths";
  const late =
    "Unschedulable: no node can take RECIPE_app: no suitable node (insufficient resources on 1 node)";
  const expected = {
    exits: {
      install: crash,
      upgrade: "Level 0 of 5 · Rolled back: RECIPE_app exited with code 3, Swarm restored BASE",
    },
    pauses: {
      install: crash,
      upgrade: "Level 0 of 5 · Update paused: RECIPE_app exited with code 3, Swarm stopped half-way",
    },
    pends: { install: late, upgrade: `Level 0 of 5 · ${late}` },
  };
  const world = await openWorld({
    concurrency: 3,
    recipes: {
      exits: recipes.exitRollback,
      pauses: recipes.pausedUpdate,
      pends: recipes.neverConverges,
    },
  });
  const names = Object.keys(expected);
  await Promise.all(names.map((on) => world.comment("!testme", { on })));
  await world.settled();
  const titleOf = (stage: "install" | "upgrade", on: string) =>
    world
      .check(stage, on)
      .output.title?.replace(`${on}_app`, "RECIPE_app")
      .replace(short(world.story(on).base), "BASE")
      .replace(/task \w+ is pending: /, "");
  const told = names.map((on) => [on, { install: titleOf("install", on), upgrade: titleOf("upgrade", on) }]);
  expect(Object.fromEntries(told)).toEqual(expected);
  const all = names.flatMap((on) => world.checkRuns(on));
  expect(all.filter(({ conclusion }) => conclusion !== "failure")).toEqual([]);
});
