/** The engine does not answer: no verdict, a word on what to do, and a Re-run that works once it is back. */
import { expect, test } from "vitest";
import { openWorld, type World } from "../support/world.ts";

test("down from the start: both checks ask for action, and a maintainer's Re-run of one ends that one green", async () => {
  const world = await openWorld();
  world.engine.goDown();
  await world.comment("!testme");
  await world.settled();
  for (const stage of ["install", "upgrade"] as const) {
    const { conclusion, output } = world.check(stage);
    expect(conclusion).toBe("action_required");
    expect(output.title).toMatch(
      /^(Level 0 of 5 · )?Could not be judged: The Docker engine at .* does not answer: connect ENOENT/,
    );
    expect(output.summary).toContain("press **Re-run** on this check, or comment `!testme`");
    expect(output.summary).toContain("Not a finding about the recipe");
  }
  world.engine.comeBack();
  const first = world.checkRuns().map(({ id }) => id);

  await world.rerun("install", { by: "petra" });
  expect(world.replies()).toEqual([expect.stringContaining("Sorry @petra, only people with write access")]);
  expect(world.checkRuns().map(({ id }) => id)).toEqual(first);

  await world.rerun("upgrade");
  await world.settled();
  const again = world.checkRuns().filter(({ id }) => !first.includes(id));
  expect(again.map(({ name, conclusion }) => [name, conclusion]).sort()).toEqual([
    ["testme / upgrade", "success"],
  ]);
  expect(new Set(again.map(({ head_sha }) => head_sha))).toEqual(new Set([world.story().head]));
});

test("lost in the middle of an upgrade: the install's green stands, and the next run clears the engine", async () => {
  const world: World = await openWorld({
    script: {
      async beforeDeploy(_, nth) {
        if (nth === 2) world.engine.goDown();
      },
    },
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("install").conclusion).toBe("success");
  const { conclusion, output } = world.check("upgrade");
  expect(conclusion).toBe("action_required");
  expect(output.summary).toContain("**The teardown did not finish**");
  expect(world.engine.stacks()).toHaveLength(1);

  world.engine.comeBack();
  await world.comment("!testme");
  await world.settled();
  expect([world.check("install").conclusion, world.check("upgrade").conclusion]).toEqual([
    "success",
    "success",
  ]);
});
