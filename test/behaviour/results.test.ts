/** What is kept of a run in short: the file beside its evidence says what its checks said. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ResultsSchema } from "../../src/store/results-schema.ts";
import { exitRollback, goodUpgrade } from "../support/recipes.ts";
import { openWorld, type World } from "../support/world.ts";

/** They are written after GitHub has been told; a bot that has stopped has written all of them. By recipe. */
const resultsOf = async ({ bot, data }: World) => {
  await bot.stop("the test reads its files");
  const runs = join(data, "runs");
  const texts = (await readdir(runs)).map((id) => readFile(join(runs, id, "results.json"), "utf8"));
  const all = (await Promise.all(texts)).map((text) => ResultsSchema.parse(JSON.parse(text)));
  return Object.fromEntries(all.map((one) => [one.recipe, one]));
};

test("says what was tested, how far up it came, and that nothing was left", async () => {
  const world = await openWorld({ recipes: { wiki: goodUpgrade, blog: exitRollback } });
  for (const on of ["wiki", "blog"]) await world.comment("!testme", { on });
  await world.settled();
  const titles = (on: string) =>
    (["install", "upgrade"] as const).map((stage) => world.check(stage, on).output.title);
  const told = { wiki: titles("wiki"), blog: titles("blog") };
  const { wiki, blog } = await resultsOf(world);
  expect(wiki).toMatchObject({
    repository: "coop/wiki",
    pull: 1,
    branch: "main",
    head: world.story("wiki").head,
    base: { ref: "1.0.0+1.0", commit: world.story("wiki").base },
    verdict: "pass",
    level: 2,
    rungs: {
      upgrade: { status: "pass", reason: null },
      lint: { status: "unverified", reason: "not asked for" },
    },
    skips: { intentional: {}, unintentional: ["backup-restore", "custom", "lint"] },
    creations: { planned: 2, made: 2 },
    flags: { clean_teardown: true, no_secret_leak: true },
  });
  expect(wiki?.stages.map(({ title }) => title)).toEqual(told.wiki);
  expect(blog).toMatchObject({
    verdict: "fail",
    level: 0,
    stages: [
      { name: "install", status: "fail", findings: ["crash-looping"] },
      { name: "upgrade", status: "fail", findings: ["rolled-back"] },
    ],
  });
  expect(blog?.stages.map(({ title }) => title)).toEqual(told.blog);
});
