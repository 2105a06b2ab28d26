/** What becomes of the stages after a red one: whoever needs what it left is called off by its name, and the rest tell their part. */
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { exitRollback, type Story, story } from "../support/recipes.ts";
import { openWorld, type World } from "../support/world.ts";

const told = (world: World, stage: "backup" | "restore" | "custom" | "lint") => {
  const { conclusion, output } = world.check(stage);
  return [conclusion, output.title];
};
const CALLED_OFF = "Cancelled: not run, because the upgrade stage left no app to go on with";

test("a red upgrade leaves no app to test, and files that can be read all the same", async () => {
  const world = await openWorld({
    recipes: { wiki: exitRollback },
    stages: ["upgrade", "custom", "lint"],
  });
  await world.comment("!testme");
  await world.settled();
  expect(told(world, "custom")).toEqual(["cancelled", CALLED_OFF]);
  expect(told(world, "lint")).toEqual(["success", expect.stringMatching(/^Level 0 of 5 · Lint: /)]);
});

test("what the recipe skips on purpose is no reason for what a red stage keeps from running", async () => {
  const world = await openWorld({
    recipes: { wiki: skipsBackups },
    stages: ["upgrade", "backup", "restore", "custom"],
  });
  await world.comment("!testme");
  await world.settled();
  expect(told(world, "backup")).toEqual(["skipped", "Skipped: it keeps a cache alone"]);
  expect(told(world, "restore")).toEqual(["skipped", "Skipped: it keeps a cache alone"]);
  expect(told(world, "custom")).toEqual(["cancelled", `Level 0 of 5 · ${CALLED_OFF}`]);
});

const skipsBackups = (dir: string, name: string): Promise<Story> => {
  const reason = "it keeps a cache alone";
  const files = { "testme.yml": stringify({ skip: { backup: reason, restore: reason } }) };
  return story(dir, name, { files }, { app: { env: { SLOW_START: "30", EXIT_AFTER: "1", EXIT_CODE: "3" } } });
};
