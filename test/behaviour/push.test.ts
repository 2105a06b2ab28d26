/** What a push does: by itself it starts nothing, unless the recipe's target branch asks for it; and what it ends. */
import { expect, test } from "vitest";
import { heldWorld } from "../support/held-world.ts";
import { story } from "../support/recipes.ts";
import { type Options, openWorld, type World } from "../support/world.ts";

const withConfig = (text: string): NonNullable<Options["recipes"]> => ({
  wiki: (folder, name) =>
    story(folder, name, { files: { "testme.yml": text } }, { app: { image: "testme/fixture:2" } }),
});
const answered = (world: World) => world.bot.answered();

test("starts nothing where nobody asks for it", async () => {
  const world = await openWorld();
  await world.push(world.story().head);
  await answered(world);
  expect(world.checkRuns()).toEqual([]);
  expect(world.replies()).toEqual([]);
});

test("runs the new head where the target branch's testme.yml says so, and whoever pushed may", async () => {
  // Whoever proposed the head pushes.
  const people = [{ login: "coop", permission: "write" as const }];
  const world = await openWorld({ recipes: withConfig("run_on_push: true\n"), people });
  await world.push(world.story().head);
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
  expect(world.checkRuns().every(({ head_sha }) => head_sha === world.story().head)).toBe(true);
});

test("… and runs nothing for a stranger, who asked for nothing and gets no refusal", async () => {
  const world = await openWorld({ recipes: withConfig("run_on_push: true\n"), people: [] });
  await world.push(world.story().head);
  await answered(world);
  expect(world.checkRuns()).toEqual([]);
  expect(world.replies()).toEqual([]);
});

test("a testme.yml that means nothing is said so, with the place", async () => {
  const world = await openWorld({ recipes: withConfig("run_on_pusch: true\n") });
  await world.push(world.story().head);
  await answered(world);
  expect(world.replies()).toEqual([
    "`testme.yml` of `main` is not valid:\n- line 1: `run_on_pusch` is unknown here: did you mean `run_on_push`?",
  ]);
});

test("ends what works on the old head, where the bot is told to", async () => {
  const { world, begun, letGo } = await heldWorld({ settings: { supersedeWorking: true } });
  await world.comment("!testme");
  await begun;
  const { base } = world.story();
  await world.push(base);
  await answered(world);
  letGo();
  await world.settled();
  const title = `Cancelled: superseded by ${base}`;
  expect(world.checkRuns().map(({ output }) => output.title)).toEqual([title, `Level 0 of 5 · ${title}`]);
  expect(world.engine.stacks()).toEqual([]);
});
