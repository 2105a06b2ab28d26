/** The bot is told to end while it works: what runs and what waits stays promised, says so, and is taken off the engine. */
import { expect, test } from "vitest";
import { openWorld, type World } from "../support/world.ts";

test.each([
  ["the install", 0],
  ["the upgrade, with the head over the base", 2],
])("in the middle of %s", async (_, nth) => {
  const reached = Promise.withResolvers<void>();
  const world: World = await openWorld({
    script: {
      async beforeDeploy(_, now) {
        if (now === nth) reached.resolve();
      },
    },
  });
  await world.comment("!testme");
  await world.comment("!testme");
  await reached.promise;
  await world.bot.stop("the bot was stopped (SIGTERM)");

  const told = world.checkRuns().map(({ status, output }) => `${status} ${output.title}`);
  const again = "queued Queued again: the bot was stopped, and begins it again when it is back";
  // What a stage had ended in stands until it ends anew.
  const isInstalled = nth > 0;
  const installed = expect.stringMatching(/^completed Installed /);
  expect(told).toEqual([isInstalled ? installed : again, again, again, again]);
  expect(world.engine.stacks()).toEqual([]);
  expect(world.engine.acts.filter(({ did }) => did === "deploy")).toHaveLength(nth + 1);
});
