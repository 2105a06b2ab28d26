/** A pull request whose recipe cannot be read: red at the file and line, and nothing is created on the engine. */
import { expect, test } from "vitest";
import { brokenYaml, missingComposeFile, noAppService } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

test("broken YAML, a file that is not there, no `app`: each is told with its place", async () => {
  const recipes = { tabs: brokenYaml, lost: missingComposeFile, web: noAppService };
  const world = await openWorld({ concurrency: 3, recipes });
  const names = Object.keys(recipes);
  for (const on of names) await world.comment("!testme", { on });
  await world.settled();

  const titles = names.map((on) => world.check("install", on).output.title);
  expect(titles).toEqual([
    expect.stringMatching(/^Invalid recipe: compose\.yml:4: not valid YAML: /),
    "Invalid recipe: .env.sample:3: COMPOSE_FILE names compose.postgres.yml, which the recipe does not have",
    "Invalid recipe: compose.yml:2: no service is called `app` (there is: web)",
  ]);
  for (const on of names) {
    const [install, upgrade] = [world.check("install", on), world.check("upgrade", on)];
    expect(install.conclusion).toBe("failure");
    expect(install.output.summary).toContain("Nothing was deployed at this commit");
    expect(install.output.summary).not.toContain(world.data);
    expect(upgrade.conclusion).toBe("cancelled");
    expect(upgrade.output.title).toBe(
      "Level 0 of 5 · Cancelled: not run, because the install stage found no valid recipe",
    );
  }
  expect(world.engine.acts.filter(({ did }) => did === "deploy")).toEqual([]);
});
