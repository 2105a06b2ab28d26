// biome-ignore-all lint/suspicious/noTemplateCurlyInString: testme.yml's references, not JavaScript's.
/** A recipe that needs another one, and one that brings an overlay, on a real Swarm; the apps themselves prove what they were given. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ResultsSchema } from "../../src/store/results-schema.ts";
import { testme } from "../support/cli.ts";
import { leftovers } from "../support/engine.ts";
import { startGitHub } from "../support/github/stand-in.ts";
import { engineFolder } from "../support/play.ts";
import { startRealBot } from "../support/real-bot.ts";
import type { Story } from "../support/recipes.ts";
import { changesConfig, knowsSso, needsSso, overlaid, sso } from "../support/recipes-beside.ts";
import { shellTest } from "../support/recipes-custom.ts";
import { engineHost } from "../support/swarm-tools.ts";

const folder = engineFolder();
let before: string[] = [];
beforeAll(async () => {
  before = await leftovers(engineHost());
  await sso(folder);
  await sso(folder, "broken", { EXIT_AFTER: "0.1", EXIT_CODE: "3" });
});
afterEach(async () => {
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});

const begin = (recipe: Story, stages: string, ...more: string[]) =>
  testme(["run", recipe.path, "--head", "change", "--stages", stages, ...more], {
    DOCKER_HOST: engineHost(),
    TESTME_DATA: `${folder}/data`,
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
  });
const run = async (recipe: Story, stages: string) => {
  const ended = await begin(recipe, stages, "--json").finished;
  const { evidence } = ended.json as { evidence: string };
  const results: unknown = JSON.parse(await readFile(join(dirname(evidence), "results.json"), "utf8"));
  return { ...ended, results: ResultsSchema.parse(results) };
};
const ended = (name: string, status: string, finding: string | null, title: RegExp) => ({
  stages: [{ name, status, finding, title: expect.stringMatching(title) }],
});

describe("what the recipe depends on", () => {
  it("stands first, and its domain, its variables and its secret are what the app needs to serve", async () => {
    // It asks as the app does, by the name in its network.
    const ask = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc "$HOST" 8080 | grep -q "fixture $KEY test $SSO_DOMAIN"`;
    const env = { HOST: "${sso.stack}_app", KEY: "${sso.secret.client}", SSO_DOMAIN: "${sso.domain}" };
    const config = { ...knowsSso, tests: [shellTest("the same secret", ask, { env })] };
    const { exitCode, json, results, stderr } = await run(await needsSso(folder, "wiki", config), "custom");
    expect(json, stderr).toMatchObject({
      verdict: "pass",
      ...ended("custom", "pass", null, /^1 test passed$/),
    });
    expect(exitCode).toBe(0);
    expect(results).toMatchObject({
      dependencies: [{ name: "sso", recipe: "sso", ref: "1.0.0+1.0" }],
      creations: { planned: 1, made: 1 },
      flags: { clean_teardown: true, no_secret_leak: true },
    });
    expect(stderr).toContain("beside it stood sso: sso at 1.0.0+1.0");
  });

  it("and an app that is told another secret does not serve: the green above means something", async () => {
    const config = { ...knowsSso, secrets: { oidc_client: "another" }, timeouts: { probe: "2s" } };
    const { json } = await run(await needsSso(folder, "stranger", config), "install");
    expect(json).toMatchObject(
      ended("install", "fail", "not-serving", /^Not serving: stranger_app on port 8080: HTTP 500$/),
    );
  });

  const askedFor = (of: object) => ({
    ...knowsSso,
    dependencies: { sso: { repository: "coop/sso", ...of } },
  });
  it.each([
    [
      "comes up broken",
      "innocent",
      askedFor({ repository: "coop/broken" }),
      /^Could not be judged: The dependency sso \(broken 1\.0\.0\+1\.0\) did not come up: Crash loop: broken_app exited with code 3, /,
      /It is not what is under test: see that recipe, or name another version of it at dependencies\.sso in testme\.yml/,
    ],
    [
      "is not there",
      "alone",
      askedFor({ repository: "coop/nowhere" }),
      /^Could not be judged: The dependency sso is not to be had: git could not fetch .*\/nowhere: .* does not appear to be a git repository$/,
      /See that the repository exists .* It is dependencies\.sso in testme\.yml/,
    ],
    [
      "has no such secret",
      "curious",
      { ...knowsSso, secrets: { oidc_client: "${sso.secret.key}" } },
      /^Could not be judged: testme\.yml: secrets\.oidc_client: .* sso has no such secret \(it has client\)$/,
      /Name what the dependency has/,
    ],
  ])(
    "one that %s is told as what it is, and the recipe is not blamed: exit 2",
    async (_, name, config, title, mend) => {
      const { exitCode, json, stderr } = await run(await needsSso(folder, name, config), "install");
      expect(json).toMatchObject({
        verdict: "inconclusive",
        ...ended("install", "inconclusive", null, title),
      });
      expect(stderr).toMatch(mend);
      expect(exitCode).toBe(2);
    },
  );

  it("goes with the run that is interrupted while it comes up", async () => {
    const cli = begin(await needsSso(folder, "impatient"), "install", "--json");
    await cli.said(/install · sso: waiting for task/);
    cli.kill("SIGTERM");
    const { exitCode, json } = await cli.finished;
    expect(json).toMatchObject(ended("install", "cancelled", null, /^Cancelled: interrupted \(SIGTERM\)$/));
    expect(exitCode).toBe(143);
  });

  it("is not needed to hold the recipe against the conventions", async () => {
    const { json } = await run(await needsSso(folder, "reader"), "lint");
    expect(json).toMatchObject(ended("lint", "pass", null, /^Lint: /));
  });
});

it("applies an overlay, and says where one does more than suit the recipe to its place", async () => {
  const recipe = await overlaid(folder, "overlaid", { image: "testme/fixture:2" });
  const { exitCode, json, results, stderr } = await run(recipe, "install");
  // The app itself answers an error unless the overlay says otherwise.
  expect(json, stderr).toMatchObject({ verdict: "pass" });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(
    /^The overlay compose\.testme\.yml changes more than the environment, so part of what runs is not the recipe's:\n- compose\.testme\.yml:4: app: image$/m,
  );
  expect(results.overlay).toEqual({
    file: "compose.testme.yml",
    beyond: [{ line: 4, service: "app", what: "image" }],
  });
});

it("goes by the testme.yml of the target branch, and tells what a pull request would make of it", async () => {
  const recipe = await changesConfig(folder, "looser", "probes:\n  - {http: /, codes: [500]}\n");
  const github = await startGitHub({
    recipes: [{ owner: "coop", repo: "looser", barePath: recipe.path }],
    people: [{ login: "maya", permission: "write" }],
  });
  const bot = await startRealBot(github, {
    host: engineHost(),
    folder,
    concurrency: 1,
    stages: ["install", "lint"],
  });
  try {
    await github.pull("coop/looser", { number: 1, head: recipe.head });
    await github.comment("coop/looser", 1, "maya", "!testme");
    const runs = () => github.checkRuns("coop/looser", recipe.head);
    await github.until(
      () => runs().length === 2 && runs().every(({ status }) => status === "completed"),
      120_000,
    );
    const check = (stage: string) => runs().find(({ name }) => name === `testme / ${stage}`)?.output;
    expect(check("install")?.title).toMatch(/^Not serving: looser_app on port 8080: HTTP 500/);
    expect(check("lint")?.summary).toContain(
      "**`testme.yml` is changed here.** This run went by the one on the target branch. It is valid, and applies after the merge.",
    );
  } finally {
    await bot.stop("the test is over");
    await github.close();
  }
});
