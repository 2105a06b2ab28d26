/** A recipe that brings its own tests: each is told by its name, and none that was not run counts as passed. */
import { expect, test } from "vitest";
import { defaultPolicy } from "../../src/recipe/policy/policy.ts";
import type { TrialRun } from "../../src/swarm/swarm.ts";
import { goodUpgrade } from "../support/recipes.ts";
import { recipeWith, recipeWithTests, shellTest } from "../support/recipes-custom.ts";
import { openWorld } from "../support/world.ts";

const STAGES = ["install", "upgrade", "custom"] as const;
const onlyCustom = { stages: ["custom"] as const };
const ran = (code: number, ...lines: string[]): TrialRun => ({
  end: { is: "exited", code },
  ms: 20,
  stdout: lines,
  lines,
});

test("three tests that pass: a green check that names them, after one deployment for all", async () => {
  const tests = [shellTest("home page", "exit 0"), shellTest("login", "exit 0"), shellTest("feed", "exit 0")];
  const world = await openWorld({
    recipes: { wiki: (folder, name) => recipeWithTests(folder, name, ...tests) },
    stages: STAGES,
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["success", "success", "success"]);
  const { output } = world.check("custom");
  expect(output.title).toMatch(/3 tests passed$/);
  expect(output.summary).toContain("| `home page` | passed |");
  // Installed anew, then the base, and the head over it; the tests go on with that.
  expect(world.engine.acts.filter(({ did }) => did === "deploy")).toHaveLength(3);
});

test("one of three that fails: its name and its last line in the title; the others are run all the same", async () => {
  const tests = [
    shellTest("home page", "echo 'expected 200, got 500'; exit 4"),
    shellTest("login", "exit 0"),
    shellTest("slow", "sleep 9", { timeout: "1s" }),
  ];
  const world = await openWorld({
    recipes: { wiki: (folder, name) => recipeWithTests(folder, name, ...tests) },
    ...onlyCustom,
  });
  await world.comment("!testme");
  await world.settled();
  const { conclusion, output } = world.check("custom");
  expect(conclusion).toBe("failure");
  expect(output.title).toBe(
    "2 of 3 tests failed: home page (exit code 4: expected 200, got 500); slow (not over after 1.0 s)",
  );
  expect(output.summary).toContain("| `login` | passed |");
});

test("a test that tells of its points: each counts", async () => {
  const world = await openWorld({
    recipes: { wiki: (folder, name) => recipeWithTests(folder, name, shellTest("web", "tests")) },
    script: {
      tests: () => ran(1, "TAP version 14", "1..2", "ok 1 - login", "not ok 2 - mail", "# no relay"),
    },
    ...onlyCustom,
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("custom").output.title).toBe("1 of 2 tests failed: web: mail (no relay)");
});

test("no tests at all: nothing is claimed, and what to write is said", async () => {
  const world = await openWorld({ recipes: { wiki: goodUpgrade }, ...onlyCustom });
  await world.comment("!testme");
  await world.settled();
  const { conclusion, output } = world.check("custom");
  expect(conclusion).toBe("neutral");
  expect(output.title).toContain("add `tests:` to testme.yml");
});

test("a test gets its files, its variables and the app's address, and nothing of the bot's", async () => {
  const trials: unknown[] = [];
  const own = {
    name: "web",
    command: ["/tests/web.sh"],
    env: { GREETING: "hello" },
    image: "testme/fixture:2",
  };
  const world = await openWorld({
    recipes: {
      wiki: (folder, name) => recipeWith(folder, name, { tests: [own] }, { "tests/web.sh": "exit" }),
    },
    script: {
      tests({ image, command, env, files, withinMs }) {
        trials.push({ image, command, env, withinMs, files: files.map(({ path }) => path) });
        return ran(0);
      },
    },
    ...onlyCustom,
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("custom").conclusion).toBe("success");
  expect(trials).toEqual([
    {
      image: "testme/fixture:2",
      command: ["/tests/web.sh"],
      env: {
        DOMAIN: expect.stringMatching(/\.test\.internal$/),
        STACK_NAME: expect.stringMatching(/_test_internal$/),
        PORT: "8080",
        GREETING: "hello",
      },
      withinMs: 300_000,
      files: ["web.sh"],
    },
  ]);
});

test.each([
  ["stack", "They ran on a network that reaches only the services of this run."],
  ["open", "They ran on the network of their service, and reached what that reaches (`OWN_TESTS_NETWORK`)."],
] as const)("what tests may reach is the bot's setting, and is told: %s", async (testsNetwork, words) => {
  const seen: unknown[] = [];
  const world = await openWorld({
    recipes: { wiki: (folder, name) => recipeWithTests(folder, name, shellTest("web", "exit 0")) },
    script: {
      tests({ network, reached }) {
        seen.push({ network, reached });
        return ran(seen.length - 1);
      },
    },
    testsNetwork,
    ...onlyCustom,
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("custom").output.summary).toContain(words);
  await world.comment("!testme");
  await world.settled();
  expect(world.check("custom").conclusion).toBe("failure");
  expect(world.check("custom").output.summary).toContain(words);
  const one = { network: testsNetwork, reached: [] };
  expect(seen).toEqual([one, one]);
});

test("an image that cannot be had is the test's own failure, in the registry's words", async () => {
  const tests = [shellTest("web", "exit 0", { image: "example/absent:1" })];
  const world = await openWorld({
    recipes: { wiki: (folder, name) => recipeWithTests(folder, name, ...tests) },
    script: {
      hasImage: (image) => image !== "example/absent:1",
      pulls: () => ({ is: "refused", said: "manifest unknown" }),
    },
    ...onlyCustom,
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("custom").output.title).toBe(
    "The only test failed: web (could not be started: its image example/absent:1 is not to be had: manifest unknown)",
  );
});

test("a service that the recipe does not have is the test's own failure", async () => {
  const world = await openWorld({
    recipes: {
      wiki: (folder, name) => recipeWithTests(folder, name, shellTest("web", "exit 0", { service: "db" })),
    },
    ...onlyCustom,
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("custom").output.title).toContain(
    "web (could not be started: the recipe has no service db)",
  );
});

test("what looks like a token is nowhere told", async () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const world = await openWorld({
    recipes: { wiki: (folder, name) => recipeWithTests(folder, name, shellTest("web", "tests")) },
    script: { tests: () => ran(1, "1..1", `not ok 1 - with ${token}`, `# sent ${token}`) },
    ...onlyCustom,
  });
  await world.comment("!testme");
  await world.settled();
  const { output } = world.check("custom");
  expect(output.title).toBe("The only test failed: web: with <redacted token> (sent <redacted token>)");
  expect(JSON.stringify(world.checkRuns())).not.toContain(token);
});

test("a test's own image is held against the registries that the operator named", async () => {
  const tests = [
    shellTest("far", "exit 0", { image: "registry.example.org/x:1" }),
    shellTest("near", "exit 0"),
  ];
  const world = await openWorld({
    recipes: { wiki: (folder, name) => recipeWithTests(folder, name, ...tests) },
    policy: { ...defaultPolicy, registries: ["docker.io"] },
    ...onlyCustom,
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("custom").output.title).toBe(
    "1 of 2 tests failed: far (could not be started: its image registry.example.org/x:1 is refused by policy (registries))",
  );
});
