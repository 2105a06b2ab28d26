/** A red check on the pull request's own lines: the comment comes in, and what failed stands where the recipe says it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Annotation } from "../support/github/state.ts";
import * as recipes from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

/** compose.yml at the commit under test. */
const composeOf = async ({ path, head }: recipes.Story): Promise<string> =>
  (await promisify(execFile)("git", ["--git-dir", path, "show", `${head}:compose.yml`])).stdout;

/** The lines that an annotation marks, cut to its columns where it has some. */
const marked = (text: string, { start_line, end_line, start_column, end_column }: Annotation): string => {
  const lines = text.split("\n").slice(start_line - 1, end_line);
  return start_column === undefined
    ? lines.join("\n")
    : (lines[0]?.slice(start_column - 1, end_column) ?? "");
};

test("what failed is marked in compose.yml, line by line and column by column", async () => {
  const world = await openWorld({
    concurrency: 3,
    recipes: { absent: recipes.imageMissing, sick: recipes.healthRollback, tabs: recipes.brokenYaml },
  });
  for (const on of ["absent", "sick", "tabs"]) await world.comment("!testme", { on });
  await world.settled();

  const check = (on: string, stage: "install" | "upgrade" = "upgrade") => world.check(stage, on);
  const told = async (on: string) => {
    const compose = await composeOf(world.story(on));
    return check(on).annotations.map((one) => [one.annotation_level, one.title, marked(compose, one)]);
  };
  /** What became of the stage, without the level of the whole run. */
  const outcome = (on: string) => check(on).output.title?.replace(/^Level \d of 5 · /, "");
  const policy =
    "      update_config:\n        failure_action: rollback\n        order: start-first\n        monitor: 3s";
  expect(await told("absent")).toEqual([
    ["warning", outcome("absent"), policy],
    ["failure", "Image not available: absent_app", "testme/absent:1"],
  ]);
  expect(check("absent").annotations[1]).toEqual({
    path: "compose.yml",
    start_line: 4,
    end_line: 4,
    start_column: 12,
    end_column: 26,
    annotation_level: "failure",
    title: "Image not available: absent_app",
    message: "The engine could not get this image: No such image: testme/absent:1",
  });
  expect(await told("sick")).toEqual([
    ["warning", outcome("sick"), policy],
    ["failure", "Healthcheck failed: sick_app", expect.stringMatching(/^ {4}healthcheck:\n.*: 0s$/s)],
  ]);
  // The install fails on its own, with no policy to speak of; and a recipe that is no YAML has one line to show.
  const brief = (on: string) =>
    check(on, "install").annotations.map(({ start_line, title }) => [start_line, title]);
  expect(brief("absent")).toEqual([[4, "Image not available: absent_app"]]);
  expect(brief("sick")).toEqual([[11, "Healthcheck failed: sick_app"]]);
  expect(brief("tabs")).toEqual([[4, "Invalid recipe"]]);
  expect(check("tabs").annotations).toEqual([]);
});

test("a recipe that is good has nothing marked", async () => {
  const world = await openWorld({ recipes: { wiki: recipes.goodUpgrade } });
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns().map(({ conclusion, annotations }) => [conclusion, annotations])).toEqual([
    ["success", []],
    ["success", []],
  ]);
});
