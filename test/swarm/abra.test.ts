/** `testme run` with abra as its deployer, on a real Swarm. The abra is a stand-in (test/support/fake-abra); what it deploys is real. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { testme } from "../support/cli.ts";
import { leftovers } from "../support/engine.ts";
import { fakeAbra } from "../support/fake-abra/fake-abra.ts";
import * as recipes from "../support/recipes.ts";
import { engineHost } from "../support/swarm-tools.ts";

let folder: string;
let abra: Awaited<ReturnType<typeof fakeAbra>>;
let before: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-abra-"));
  abra = await fakeAbra(folder);
  before = await leftovers(engineHost());
});
afterEach(async () => {
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});
afterAll(() => rm(folder, { recursive: true }));

const run = (recipe: recipes.Story, stages: string) =>
  testme(["run", recipe.path, "--head", "change", "--stages", stages, "--json"], {
    DOCKER_HOST: engineHost(),
    DEPLOYER: "abra",
    PATH: `${abra.directory}:${process.env.PATH}`,
    TESTME_DATA: join(folder, "data"),
    MIN_FREE_MEMORY: "32M",
  }).finished;
const evidenceOf = async (json: unknown) =>
  JSON.parse(await readFile((json as { evidence: string }).evidence, "utf8"));

it("installs and upgrades, and says which deployer it was", async () => {
  const recipe = await recipes.goodUpgrade(folder);
  const { exitCode, json, stderr } = await run(recipe, "install,upgrade");
  expect(json, stderr).toMatchObject({
    verdict: "pass",
    stages: [
      { name: "install", status: "pass" },
      { name: "upgrade", status: "pass" },
    ],
  });
  expect(exitCode).toBe(0);
  const file = await evidenceOf(json);
  expect(file.deployer).toBe("abra 0.13.0-beta-06a57de");
  const upgrade = file.stages.find(({ stage }: { stage: string }) => stage === "upgrade");
  expect(upgrade.told.summary).toContain("deployed by `abra 0.13.0-beta-06a57de`");
  expect(upgrade.told.summary).toContain(`${recipe.head.slice(0, 8)}+U`);
  const deploys = (await abra.calls()).filter(({ commandLine }) => commandLine[1] === "deploy");
  expect(deploys).toHaveLength(3);
});

it("tells a rollback for want of memory as what it is, and no wrong stamp", async () => {
  const recipe = await recipes.oomRollback(folder, { budget: "task" });
  const { exitCode, json, stderr } = await run(recipe, "upgrade");
  expect(json, stderr).toMatchObject({
    verdict: "fail",
    stages: [
      {
        name: "upgrade",
        status: "fail",
        finding: "rolled-back",
        title: expect.stringMatching(/out of memory/i),
      },
    ],
  });
  expect(exitCode).toBe(1);
  const [upgrade] = (await evidenceOf(json)).stages;
  expect(upgrade.told.summary).toContain(`\`${recipe.base.slice(0, 8)}+U\``);
  // The engine knows tasks of the new spec by abra's own stamp.
  const seen = upgrade.observations.filter(({ is }: { is: string }) => is === "tasks");
  expect(seen.some(({ stamped }: { stamped?: string[] }) => stamped && stamped.length > 0)).toBe(true);
});
