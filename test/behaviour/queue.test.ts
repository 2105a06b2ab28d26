/** Who waits for whom: runs on one app domain take turns, and others work side by side up to the bound. */
import { expect, test } from "vitest";
import type { Act } from "../support/fake-swarm/fake-swarm.ts";
import { heldWorld } from "../support/held-world.ts";
import { goodUpgrade } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

test("two `!testme` at the same head: the second waits, says behind whom, and whole runs follow each other", async () => {
  const { world, begun, letGo } = await heldWorld();
  await world.comment("!testme");
  await world.comment("!testme");
  await begun;
  // Both are told side by side, and what a newer wording has overtaken is not sent.
  const runs = () => world.github.checkRuns("coop/wiki");
  await world.until(() => runs().length === 4 && runs().some(({ status }) => status === "in_progress"));
  const first = runs().find(({ status }) => status === "in_progress");
  const run = first?.external_id.split(":")[1];
  const behind = () => runs().filter(({ external_id }) => external_id.split(":")[1] !== run);
  const title = `Queued, behind run ${run}, which works on the same app domain`;
  await world.until(() => behind().every(({ output }) => output.title?.startsWith("Queued, behind")));
  expect(behind().map(({ status, output }) => [status, output.title])).toEqual([
    ["queued", title],
    ["queued", title],
  ]);
  expect(world.engine.acts.filter(({ did }) => did === "deploy")).toHaveLength(1);

  const { base, head } = world.story();
  letGo();
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(Array(4).fill("success"));
  // Clear, deploy, remove; clear, deploy twice, remove: one whole run after the other.
  const one = ["remove", "deploy", "remove", "remove", "deploy", "deploy", "remove"];
  expect(world.engine.acts.map(({ did }) => did)).toEqual([...one, ...one]);
  expect(new Set(world.engine.acts.map(({ stack }) => stack)).size).toBe(1);
  const commits = world.engine.acts.flatMap(({ commit }) => commit ?? []);
  expect(commits).toEqual([head, base, head, head, base, head]);
  expect(new Set(world.checkRuns().map(({ head_sha }) => head_sha))).toEqual(new Set([head]));
});

test("a push ends what waits on the old head; what works there goes on, on the head that was pinned", async () => {
  const { world, begun, letGo } = await heldWorld();
  await world.comment("!testme");
  await world.comment("!testme");
  await begun;
  const { base, head } = world.story();
  await world.push(base);
  letGo();
  await world.settled();
  const ends = world
    .checkRuns()
    .map(({ conclusion, output }) => (conclusion === "success" ? "" : output.title));
  const superseded = `Cancelled: superseded by ${base}`;
  expect(ends.toSorted()).toEqual(["", "", superseded, superseded]);
  expect(new Set(world.checkRuns().map(({ head_sha }) => head_sha))).toEqual(new Set([head]));
});

test("runs on different domains work side by side, and no more of them than the bound", async () => {
  const both = Promise.withResolvers<void>();
  const world = await openWorld({
    concurrency: 2,
    recipes: { wiki: goodUpgrade, blog: goodUpgrade, chat: goodUpgrade },
    // The first two can only go on together.
    script: {
      async beforeDeploy(_, nth) {
        if (nth === 1) both.resolve();
        if (nth < 2) await both.promise;
      },
    },
  });
  for (const on of ["wiki", "blog", "chat"]) await world.comment("!testme", { on });
  await world.settled();
  for (const on of ["wiki", "blog", "chat"])
    expect(world.checkRuns(on).map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
  expect(mostAtOnce(world.engine.acts)).toBe(2);
});

/** How many stacks stood on the engine at most. */
const mostAtOnce = (acts: readonly Act[]): number => {
  const standing = new Set<string>();
  return Math.max(
    ...acts.map(({ did, stack }) => {
      if (did === "deploy") standing.add(stack);
      else standing.delete(stack);
      return standing.size;
    }),
  );
};

test("what waits says how many are before it and when it will probably begin; repositories take turns", async () => {
  const options = { concurrency: 1, recipes: { wiki: goodUpgrade, blog: goodUpgrade } };
  // A first run is over by then, to estimate from.
  const { world, begun, letGo } = await heldWorld(options, 3);
  const waiting = (on: string) =>
    world.github.checkRuns(`coop/${on}`).findLast(({ name }) => name === "testme / install")?.output.title;
  await world.comment("!testme", { on: "wiki" });
  await world.settled();
  await world.comment("!testme", { on: "wiki" });
  await begun;
  await world.comment("!testme", { on: "wiki" });
  await world.comment("!testme", { on: "blog" });
  await world.until(() => /1 run before it/.test(waiting("wiki") ?? ""));
  await world.until(() => /begins in/.test(waiting("blog") ?? ""));
  expect(waiting("wiki")).toMatch(
    /^Queued, behind run \w+, which works on the same app domain, 1 run before it in the queue, begins in about /,
  );
  expect(waiting("blog")).toMatch(/^Queued, begins in about /);
  letGo();
  await world.settled();
  const order = world.engine.acts.filter(({ did }) => did === "deploy").map(({ stack }) => stack.slice(0, 4));
  // Of each run three deploys; the second run of wiki comes after blog's.
  const three = (name: string) => [name, name, name];
  expect(order.slice(3)).toEqual(["wiki", "blog", "wiki"].flatMap(three));
  world.checkRuns("wiki");
  world.checkRuns("blog");
});
