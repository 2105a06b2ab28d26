/** `testme run` on a real Swarm: each verdict that a person can be shown, its exit code, and an engine left as it was. */
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ResultsSchema } from "../../src/store/results-schema.ts";
import { testme } from "../support/cli.ts";
import { leftovers } from "../support/engine.ts";
import * as recipes from "../support/recipes.ts";
import { engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
let before: string[] = [];

beforeAll(async () => {
  before = await leftovers(engineHost());
});
afterEach(async () => {
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});
afterAll(() => rm(folder, { recursive: true }));

const settings = () => ({
  DOCKER_HOST: engineHost(),
  TESTME_DATA: `${folder}/data`,
  RESOLVE_IMAGE: "never",
  PULL_IMAGES: "never",
  // Enough for what is told here.
  STAGES: "install,upgrade",
});
const run = (recipe: recipes.Story, ...more: string[]) =>
  testme(["run", recipe.path, "--head", "change", "--json", ...more], settings()).finished;
const notAsked = { status: "unverified", reason: "not asked for" };
const stage = (name: string, status: string, finding: string | null, title: RegExp) => ({
  name,
  status,
  finding,
  title: expect.stringMatching(title),
});

describe("testme run", () => {
  it("passes a good upgrade: exit 0, one JSON object as the last line, evidence on disk", async () => {
    const recipe = await recipes.goodUpgrade(folder);
    const { exitCode, json, stdout } = await run(recipe);
    expect(json).toEqual({
      run: expect.stringMatching(/^[\w-]+$/),
      verdict: "pass",
      level: 2,
      rungs: {
        install: { status: "pass", reason: null },
        upgrade: { status: "pass", reason: null },
        "backup-restore": notAsked,
        custom: notAsked,
        lint: notAsked,
      },
      stages: [
        stage("install", "pass", null, /^Installed [0-9a-f]{8} in /),
        stage("upgrade", "pass", null, /^Level 2 of 5 · Upgraded 1\.0\.0\+1\.0 to [0-9a-f]{8} in /),
      ],
      evidence: expect.stringContaining("evidence.json"),
    });
    expect(exitCode).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const { evidence } = json as { evidence: string };
    const file = JSON.parse(await readFile(evidence, "utf8"));
    expect(file).toMatchObject({ schema: 2, run: { head: recipe.head }, deployer: "docker stack deploy" });
    const short = JSON.parse(await readFile(join(dirname(evidence), "results.json"), "utf8"));
    expect(ResultsSchema.parse(short)).toMatchObject({
      head: recipe.head,
      base: { ref: recipes.baseVersion },
      level: 2,
      creations: { planned: 2, made: 2 },
      flags: { clean_teardown: true, no_secret_leak: true },
    });
  });

  it("ends with the level where it talks to a person", async () => {
    const recipe = await recipes.goodUpgrade(folder, "for-people");
    const { stdout } = await testme(["run", recipe.path, "--head", "change"], settings()).finished;
    expect(stdout.trim().split("\n").slice(-7, -1)).toEqual([
      "Level 2 of 5",
      "1 ✔ install: pass",
      "2 ✔ upgrade: pass",
      "3 ○ backup-restore: unverified, not asked for",
      "4 ○ custom: unverified, not asked for",
      "5 ○ lint: unverified, not asked for",
    ]);
  });

  const reds: [string, () => Promise<recipes.Story>, string[], ReturnType<typeof stage>[]][] = [
    [
      "a task that exits is rolled back, with its exit code",
      () => recipes.exitRollback(folder),
      ["--stages", "upgrade"],
      [
        stage(
          "upgrade",
          "fail",
          "rolled-back",
          /^Rolled back: exit-rollback_app exited with code 3, Swarm restored [0-9a-f]{8}$/,
        ),
      ],
    ],
    [
      "a task that exits 0 when it is stopped for its health is still unhealthy",
      () => recipes.healthRollback(folder),
      ["--stages", "upgrade"],
      [stage("upgrade", "fail", "rolled-back", /^Rolled back: health-rollback_app failed its healthcheck, /)],
    ],
    [
      "an image that is not there: a crash loop at install, a rollback at upgrade",
      () => recipes.imageMissing(folder),
      [],
      [
        stage(
          "install",
          "fail",
          "crash-looping",
          /^Crash loop: image-missing_app could not get its image, \d+ deaths$/,
        ),
        stage(
          "upgrade",
          "fail",
          "rolled-back",
          /^Level 0 of 5 · Rolled back: image-missing_app could not get its image, /,
        ),
      ],
    ],
    [
      "no update_config: Swarm pauses half-way",
      () => recipes.pausedUpdate(folder),
      ["--stages", "upgrade"],
      [
        stage(
          "upgrade",
          "fail",
          "update-paused",
          /^Update paused: paused-update_app exited with code 3, Swarm stopped half-way$/,
        ),
      ],
    ],
    [
      "a task that dies after Swarm has called the update completed",
      () => recipes.crashLoop(folder),
      ["--stages", "upgrade"],
      [
        stage(
          "upgrade",
          "fail",
          "settled-late",
          /^Failed late: crash-loop_app exited with code 3, [\d.]+ s after Swarm had called the update completed$/,
        ),
      ],
    ],
    [
      "a task that no node can take: the scheduler's own words, at the recipe's own deadline",
      () => recipes.neverConverges(folder),
      ["--stages", "upgrade"],
      [
        stage(
          "upgrade",
          "fail",
          "unschedulable",
          /^Unschedulable: no node can take never-converges_app: no suitable node \(insufficient resources on 1 node\)$/,
        ),
      ],
    ],
    [
      "an app that runs and does not serve",
      () => recipes.notServing(folder),
      ["--stages", "install"],
      [stage("install", "fail", "not-serving", /^Not serving: not-serving_app on port 8080: HTTP 502$/)],
    ],
    [
      "YAML that does not parse",
      () => recipes.brokenYaml(folder),
      [],
      [
        stage("install", "fail", "invalid-recipe", /^Invalid recipe: compose\.yml:4: not valid YAML/),
        stage(
          "upgrade",
          "cancelled",
          null,
          /^Level 0 of 5 · Cancelled: not run, because the install stage found no valid recipe$/,
        ),
      ],
    ],
    [
      "a compose file that is not there",
      () => recipes.missingComposeFile(folder),
      ["--stages", "install"],
      [
        stage(
          "install",
          "fail",
          "invalid-recipe",
          /^Invalid recipe: \.env\.sample:3: COMPOSE_FILE names compose\.postgres\.yml/,
        ),
      ],
    ],
    [
      "no service called app",
      () => recipes.noAppService(folder),
      ["--stages", "install"],
      [
        stage(
          "install",
          "fail",
          "invalid-recipe",
          /^Invalid recipe: compose\.yml:2: no service is called `app`/,
        ),
      ],
    ],
  ];
  it.each(reds)("%s: exit 1", async (_, recipe, args, stages) => {
    const { exitCode, json, stderr } = await run(await recipe(), ...args);
    expect(json, stderr).toMatchObject({ verdict: "fail", stages });
    expect(exitCode).toBe(1);
  });

  it("skips the upgrade of a recipe that has nothing to upgrade from, and says why", async () => {
    const recipe = await recipes.goodUpgrade(folder, "first-release");
    const { exitCode, json } = await testme(
      ["run", recipe.path, "--head", recipes.baseVersion, "--stages", "upgrade", "--json"],
      settings(),
    ).finished;
    expect(json).toMatchObject({
      verdict: "pass",
      stages: [
        stage(
          "upgrade",
          "skip",
          null,
          /^Skipped: the only release is the commit under test itself, and main is at the commit under test/,
        ),
      ],
    });
    expect(exitCode).toBe(0);
  });

  it("calls an engine that does not answer a fault of the host, never of the recipe: exit 2", async () => {
    const recipe = await recipes.goodUpgrade(folder, "no-engine");
    const nowhere = { ...settings(), DOCKER_HOST: `unix://${folder}/nobody.sock` };
    const { exitCode, json } = await testme(["run", recipe.path, "--json"], nowhere).finished;
    expect(json).toMatchObject({
      verdict: "inconclusive",
      stages: [
        stage(
          "install",
          "inconclusive",
          null,
          /^Could not be judged: The Docker engine at .* does not answer/,
        ),
        stage("upgrade", "inconclusive", null, /^Level 0 of 5 · Could not be judged: /),
      ],
    });
    expect(exitCode).toBe(2);
  });

  it.each([
    [["run"], /takes one git repository/],
    [["run", "/nonexistent/recipe"], /There is no \/nonexistent\/recipe/],
    [["run", ".", "--stages", "instal"], /There is no stage "instal"/],
    [["run", ".", "--bse", "main"], /--bse/],
    [["walk"], /There is no command "walk"/],
  ])("answers wrong usage %j with what would be right: exit 3", async (args, words) => {
    const { exitCode, stderr, stdout } = await testme(args, settings()).finished;
    expect(stderr).toMatch(words);
    expect(stderr).toContain("testme run <git repository>");
    expect(stdout).toBe("");
    expect(exitCode).toBe(3);
  });

  it("killed in the middle of an upgrade, it removes the stack before it goes", async () => {
    const recipe = await recipes.goodUpgrade(folder, "interrupted");
    const cli = testme(["run", recipe.path, "--head", "change", "--stages", "upgrade", "--json"], settings());
    // The base stands, and the head has been deployed over it: its rollout is followed, however far it is.
    await cli.said(new RegExp(`deploying ${recipe.head.slice(0, 8)}[^]*waiting for `));
    cli.kill("SIGTERM");
    const { exitCode, json } = await cli.finished;
    expect(json).toMatchObject({
      verdict: "cancelled",
      stages: [stage("upgrade", "cancelled", null, /^Cancelled: interrupted \(SIGTERM\)$/)],
    });
    expect(exitCode).toBe(143);
  });
});
