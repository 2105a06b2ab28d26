/** The bot is told to end while it works: what runs and what waits is cancelled, said so, and taken off the engine. */
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

  const told = world.checkRuns().map(({ conclusion, output }) => `${conclusion} ${output.title}`);
  const cancelled = "cancelled Cancelled: the bot was stopped (SIGTERM)";
  const green = told.filter((one) => one.startsWith("success Installed "));
  expect(told.filter((one) => one === cancelled)).toHaveLength(nth === 0 ? 4 : 3);
  expect(green).toHaveLength(nth === 0 ? 0 : 1);
  expect(world.engine.stacks()).toEqual([]);
  expect(world.engine.acts.filter(({ did }) => did === "deploy")).toHaveLength(nth + 1);
});
