/** Backup and restore as two stages of one run: the second goes on with what the first has made, and shows it by itself. */
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { type Story, story } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

const backedUp = (dir: string, name: string): Promise<Story> => {
  const row = { name: "a row", service: "app", write: "echo first > /data/row", read: "cat /data/row" };
  const files = { "testme.yml": stringify({ markers: [{ ...row, expect: "first" }] }) };
  const app = { labels: ["backupbot.backup=true"] };
  return story(dir, name, { files, app }, { app: { image: "testme/fixture:2" } });
};

test("a restore shows what it brought back, of a backup that another stage has made", async () => {
  const world = await openWorld({ recipes: { wiki: backedUp }, stages: ["install", "backup", "restore"] });
  await world.comment("!testme");
  await world.settled();
  const titles = (["backup", "restore"] as const).map((stage) => world.check(stage).output.title);
  expect(titles).toEqual([
    expect.stringMatching(/^Backed up \d+ files?, /),
    expect.stringMatching(/Restored: 2 marks came back after the data was wiped$/),
  ]);
  expect(world.engine.acts.filter(({ did }) => did === "deploy")).toHaveLength(1);
});

test("a backup that would fill the bot's disk is no failure of the recipe, and says which setting bounds it", async () => {
  const world = await openWorld({
    recipes: { wiki: backedUp },
    stages: ["install", "backup", "restore"],
    backupBytes: 1_000,
  });
  await world.comment("!testme");
  await world.settled();
  const { conclusion, output } = world.check("backup");
  expect(conclusion).toBe("action_required");
  expect(output.summary).toContain("raise the bot's setting MAX_BACKUP");
});
