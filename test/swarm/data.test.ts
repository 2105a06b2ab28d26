/** Backup and restore on a real Swarm: what is shown where they work, and the words for each way in which they do not. */
import { expect, it } from "vitest";
import { testme } from "../support/cli.ts";
import { engineFolder } from "../support/play.ts";
import type { Story } from "../support/recipes.ts";
import * as recipes from "../support/recipes-data.ts";
import { engineHost } from "../support/swarm-tools.ts";

const folder = engineFolder();
const backupAndRestore = async (recipe: Story, stages = "backup,restore") => {
  const { json } = await testme(["run", recipe.path, "--head", "change", "--stages", stages, "--json"], {
    DOCKER_HOST: engineHost(),
    TESTME_DATA: `${folder}/data`,
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
  }).finished;
  return json;
};
const stage = (name: string, status: string, title: string | RegExp) => ({
  name,
  status,
  title: typeof title === "string" ? title : expect.stringMatching(title),
});
const rung = (status: string, reason: unknown = null) => ({
  rungs: expect.objectContaining({ "backup-restore": { status, reason } }),
});

it("all of a volume comes back after it was lost, with nothing declared", async () => {
  expect(await backupAndRestore(await recipes.backedUp(folder))).toMatchObject({
    stages: [
      stage("backup", "pass", /^Backed up 2 files, \d+ B$/),
      stage("restore", "pass", /Restored: 1 mark came back after the data was wiped$/),
    ],
    ...rung("pass"),
  });
});

it("a restore by itself makes its own backup", async () => {
  expect(await backupAndRestore(await recipes.backedUp(folder, "alone"), "restore")).toMatchObject({
    stages: [stage("restore", "pass", /1 mark came back/)],
  });
});

it("a dump is taken by a hook and loaded by another, and the declared row is there again", async () => {
  expect(await backupAndRestore(await recipes.dumpedAndLoaded(folder))).toMatchObject({
    stages: [
      stage("backup", "pass", /^Backed up 1 file, 3 B$/),
      stage("restore", "pass", /1 mark came back/),
    ],
  });
});

it("a dump that nobody loads: the restore ends well, and the row is lost", async () => {
  expect(await backupAndRestore(await recipes.dumpedAndForgotten(folder))).toMatchObject({
    stages: [
      stage("backup", "pass", /^Backed up/),
      stage("restore", "fail", /Data lost: a row did not come back$/),
    ],
    ...rung("fail", "data-lost"),
  });
});

it("a compressed nothing is an empty backup, and is not restored", async () => {
  expect(await backupAndRestore(await recipes.emptyDump(folder))).toMatchObject({
    stages: [
      stage("backup", "fail", /Backup empty: nothing was kept$/),
      stage("restore", "cancelled", /left no archive to restore/),
    ],
    ...rung("fail", "backup-empty"),
  });
});

it("a hook that fails is named with its phase and its code", async () => {
  expect(
    await backupAndRestore(await recipes.failingHook(folder, "backup.pre-hook"), "backup"),
  ).toMatchObject({
    stages: [stage("backup", "fail", /The backup pre-hook of app failed: exited with code 3$/)],
  });
  expect(
    await backupAndRestore(await recipes.failingHook(folder, "restore.post-hook"), "restore"),
  ).toMatchObject({
    stages: [stage("restore", "fail", /The restore post-hook of app failed: exited with code 3$/)],
  });
});

it("volumes that nothing backs up claim nothing, and the way out is named", async () => {
  expect(await backupAndRestore(await recipes.noLabels(folder))).toMatchObject({
    stages: [
      stage("backup", "unverified", /nothing backs up .*_data/),
      stage("restore", "unverified", /nothing backs up/),
    ],
    ...rung("unverified", expect.stringMatching(/add the label backupbot.backup=true/)),
  });
});

it("a marker that shows nothing is told as the marker's fault", async () => {
  expect(await backupAndRestore(await recipes.markerThatOutlives(folder), "restore")).toMatchObject({
    stages: [stage("restore", "fail", /Marker failed: a row of app: it reads the same without the data$/)],
  });
  expect(await backupAndRestore(await recipes.markerUnwritable(folder), "backup")).toMatchObject({
    stages: [stage("backup", "fail", /Marker failed: a row of app: its write command exited with code 2$/)],
  });
});
