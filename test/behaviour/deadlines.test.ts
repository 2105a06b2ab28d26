/** A stage or a run that takes too long ends, is taken away, says what it waited for, and is no finding about the recipe. */
import { expect, test } from "vitest";
import { story } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

test("a stage past its limit", async () => {
  // Less than the five seconds for which what came up is watched.
  const world = await openWorld({ stageMs: 4_000 });
  await world.comment("!testme");
  await world.settled();
  for (const stage of ["install", "upgrade"] as const) {
    const { conclusion, output } = world.check(stage);
    expect(conclusion).toBe("action_required");
    expect(output.title).toMatch(
      /^(Level 0 of 5 · )?Could not be judged: The install stage did not end within 4 s; it was /,
    );
    expect(output.summary).toContain("the bot's own limit is STAGE_TIMEOUT");
  }
  expect(world.engine.acts.at(-1)?.did).toBe("remove");
});

test("a run past its limit", async () => {
  // It comes up only long after, so the run is at work by then on any machine; and so long a limit is kept by a real clock.
  const slow = { timeoutS: 36_000, app: { env: { SLOW_START: "30000" } } };
  const world = await openWorld({
    runMs: 9_000,
    recipes: { wiki: (folder, name) => story(folder, name, slow, {}) },
  });
  await world.comment("!testme");
  await world.settled();
  const { conclusion, output } = world.check("upgrade");
  expect(conclusion).toBe("action_required");
  expect(output.title).toMatch(
    /^Level \d of 5 · Could not be judged: The run did not end within 9 s; it was /,
  );
  world.checkRuns();
  expect(world.engine.acts.at(-1)?.did).toBe("remove");
});
