/** What ends a run before its time: a word, a button, a new push, a closed pull request. Its stack always goes first. */
import { expect, test } from "vitest";
import { heldWorld } from "../support/held-world.ts";
import { openWorld, type World } from "../support/world.ts";

const repo = "coop/wiki";
/** The last check of a run that had begun says the level first, whatever that is. */
const told = (world: World) =>
  world
    .checkRuns()
    .map(({ conclusion, output }) => `${conclusion} ${output.title?.replace(/^Level 0 of 5 · /, "")}`);

test("`!testme cancel` ends what works and what waits, teardown included", async () => {
  const { world, begun, letGo } = await heldWorld();
  await world.comment("!testme");
  await world.comment("!testme");
  await begun;
  await world.comment("!testme cancel");
  letGo();
  await world.settled();
  expect(told(world)).toEqual(Array(4).fill("cancelled Cancelled: cancelled by maya"));
  expect(world.engine.acts.at(-1)?.did).toBe("remove");
});

test("… and says so where there is nothing to end", async () => {
  const world = await openWorld();
  await world.comment("!testme cancel");
  expect(world.replies()).toEqual(["Nothing is queued or at work on this pull request."]);
});

test("a cancel that is heard late ends no run that was asked for since", async () => {
  const { world, begun, letGo } = await heldWorld();
  const { github, bot } = world;
  github.sendWebhooksTo(null);
  github.setClock(() => new Date(Date.now() - 60_000));
  await github.comment(repo, 1, "maya", "!testme cancel");
  github.setClock(() => new Date());
  const [cancel] = github.deliveries.slice(-1);
  github.sendWebhooksTo(bot.url);
  await world.comment("!testme");
  await begun;
  if (cancel) await github.redeliver(cancel);
  await bot.answered();
  expect(world.replies()).toEqual([expect.stringMatching(/was asked for later than that/)]);
  letGo();
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
});

test("… nor does a closing, once the pull request is open again", async () => {
  const { world, begun, letGo } = await heldWorld();
  const { github, bot } = world;
  github.sendWebhooksTo(null);
  github.setClock(() => new Date(Date.now() - 60_000));
  const closing = await github.closePull(repo, 1);
  github.setClock(() => new Date());
  await github.reopenPull(repo, 1);
  github.sendWebhooksTo(bot.url);
  await world.comment("!testme");
  await begun;
  await github.redeliver(closing);
  await bot.answered();
  letGo();
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
});

test("a passer-by may not cancel", async () => {
  const { world, begun, letGo } = await heldWorld();
  await world.comment("!testme");
  await begun;
  await world.comment("!testme cancel", { by: "stranger" });
  expect(world.replies()[0]).toMatch(/^Sorry @stranger, /);
  letGo();
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
});

test("the Cancel button ends its own run, and is gone when that is over", async () => {
  const { world, begun, letGo } = await heldWorld();
  await world.comment("!testme");
  await world.comment("!testme");
  await begun;
  // The two are told side by side: the second is the one of which nothing is at work.
  const shown = () => world.github.checkRuns(repo);
  const runOf = ({ external_id }: { external_id: string }) => external_id.split(":")[1];
  await world.until(() => shown().length === 4 && shown().some(({ status }) => status === "in_progress"));
  const first = shown().find(({ status }) => status === "in_progress");
  const second = shown().find((run) => first && runOf(run) !== runOf(first));
  expect(second?.actions.map(({ label }) => label)).toEqual(["Cancel"]);
  await world.github.pressAction(second?.id ?? 0, "cancel", "maya");
  // It waits behind the first, and is over all the same.
  await world.until(
    () => world.github.checkRuns(repo).filter(({ conclusion }) => conclusion !== null).length === 2,
  );
  letGo();
  await world.settled();
  const runs = world.checkRuns();
  const ofSecond = runs.filter((run) => second && runOf(run) === runOf(second));
  expect(ofSecond.map(({ conclusion }) => conclusion)).toEqual(["cancelled", "cancelled"]);
  expect(runs.filter((run) => !ofSecond.includes(run)).map(({ conclusion }) => conclusion)).toEqual([
    "success",
    "success",
  ]);
  expect(runs.flatMap(({ actions }) => actions)).toEqual([]);
});

test("a closed pull request ends its runs", async () => {
  const { world, begun, letGo } = await heldWorld();
  await world.comment("!testme");
  await begun;
  await world.github.closePull(repo, 1);
  letGo();
  await world.settled();
  expect(told(world)).toEqual(Array(2).fill("cancelled Cancelled: the pull request was closed"));
});
