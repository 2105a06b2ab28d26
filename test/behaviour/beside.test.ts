// biome-ignore-all lint/suspicious/noTemplateCurlyInString: testme.yml's references, not JavaScript's.
/** A recipe that needs another one, and what it asks of the bot: from the branch that a pull request wants to merge into. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultPolicy } from "../../src/recipe/policy/policy.ts";
import type { ProbeTarget, Trial, TrialRun } from "../../src/swarm/swarm.ts";
import {
  changesConfig,
  knowsSso,
  needsSso,
  overlaid,
  sso,
  suitsNewService,
} from "../support/recipes-beside.ts";
import { shellTest } from "../support/recipes-custom.ts";
import { openWorld, type World } from "../support/world.ts";

const isPublic = (name: string) => name === "sso";
const passed: TrialRun = { end: { is: "exited", code: 0 }, ms: 1, stdout: [], lines: [] };
const wiki = (config: Record<string, unknown> = {}) => ({
  wiki: (folder: string, name: string) => needsSso(folder, name, { ...knowsSso, ...config }),
});
const tested = async (world: World) => {
  await world.comment("!testme", { on: "wiki" });
  await world.settled();
};
const titleOf = (world: World, stage: Parameters<World["check"]>[0]) =>
  world.check(stage, "wiki").output.title;
const mendOf = (world: World) => world.check("install", "wiki").output.summary ?? "";

test("it is deployed once for all stages, first, and what it turned out to be reaches the recipe", async () => {
  const trials: Trial[] = [];
  const asked: ProbeTarget[] = [];
  const env = { ISSUER: "${sso.domain}", HOST: "${sso.stack}_app", KEY: "${sso.secret.client}" };
  const world = await openWorld({
    recipes: { ...wiki({ tests: [shellTest("login", "exit 0", { env })] }), sso: (folder) => sso(folder) },
    isPublic,
    stages: ["install", "upgrade", "custom"],
    script: {
      answers: (target) => (asked.push(target) ? null : null),
      tests: (trial) => (trials.push(trial) ? passed : null),
    },
  });
  await tested(world);
  expect(world.checkRuns("wiki").map(({ conclusion }) => conclusion)).toEqual(Array(3).fill("success"));
  const deployed = world.engine.acts.filter(({ did }) => did === "deploy").map(({ stack }) => stack);
  const [ssoStack = "", wikiStack = ""] = deployed;
  expect(deployed).toEqual([ssoStack, wikiStack, wikiStack, wikiStack]);
  expect([ssoStack, wikiStack]).toEqual([
    expect.stringMatching(/^sso-[0-9a-f]{6}_test_internal$/),
    expect.stringMatching(/^wiki-[0-9a-f]{6}_test_internal$/),
  ]);
  const domain = ssoStack.replaceAll("_", ".");
  expect(trials[0]?.env).toMatchObject({
    ISSUER: domain,
    HOST: `${ssoStack}_app`,
    KEY: expect.stringMatching(/^[A-Za-z0-9]{20}$/),
  });
  // Each is asked by the name that it has itself.
  expect(asked.slice(0, 2).map(({ host }) => host)).toEqual([domain, wikiStack.replaceAll("_", ".")]);
  expect(world.check("install", "wiki").output.summary).toMatch(
    /Beside it stands `sso`: `sso` at `1\.0\.0\+1\.0`/,
  );
  expect(JSON.stringify(world.checkRuns("wiki"))).not.toContain(trials[0]?.env.KEY);
});

test("one that does not come up is what it is: no finding about the recipe, and nothing of it is deployed", async () => {
  const world = await openWorld({
    recipes: { ...wiki(), sso: (folder) => sso(folder, "sso", { EXIT_AFTER: "0.1", EXIT_CODE: "3" }) },
    isPublic,
  });
  await tested(world);
  const { conclusion, output } = world.check("install", "wiki");
  expect(conclusion).toBe("action_required");
  expect(output.title).toMatch(
    /^Could not be judged: The dependency sso \(sso 1\.0\.0\+1\.0\) did not come up: Crash loop: sso_app exited with code 3, /,
  );
  expect(output.summary).toMatch(/What the recipe depends on failed: .*Not a finding about the recipe/s);
  expect(output.summary).toContain("name another version of it at dependencies.sso in testme.yml");
  const deployed = world.engine.acts.filter(({ did }) => did === "deploy").map(({ stack }) => stack);
  expect(deployed).toEqual([expect.stringMatching(/^sso-/)]);
});

test.each([
  [
    "a version that it does not have",
    { dependencies: { sso: { repository: "coop/sso", version: "9.9.9+1" } }, env: {}, secrets: {} },
    /^Could not be judged: The dependency sso is not to be had: coop\/sso has no 9\.9\.9\+1$/,
    /Name a tag, a branch or a full commit of it\. It is dependencies\.sso in testme\.yml\./,
  ],
  [
    "a secret that it does not have",
    { secrets: { oidc_client: "${sso.secret.key}" } },
    /^Could not be judged: testme\.yml: secrets\.oidc_client: `\$\{sso\.secret\.key\}`: sso has no such secret \(it has client\)$/,
    /What the recipe depends on failed: .*Name what the dependency has\./s,
  ],
])("%s: said with its place in testme.yml, and nobody is blamed", async (_, config, title, mend) => {
  const world = await openWorld({ recipes: { ...wiki(config), sso: (folder) => sso(folder) }, isPublic });
  await tested(world);
  expect(titleOf(world, "install")).toMatch(title);
  expect(mendOf(world)).toMatch(mend);
  expect(world.check("install", "wiki").conclusion).toBe("action_required");
});

test("a repository that the public cannot read is not to be had: no token goes there", async () => {
  const world = await openWorld({ recipes: { ...wiki(), sso: (folder) => sso(folder) } });
  world.fail({ method: "GET", path: /\/coop\/sso\.git\// }, { status: 404 });
  await tested(world);
  expect(titleOf(world, "install")).toMatch(
    /^Could not be judged: The dependency sso is not to be had: git could not fetch http:\/\/127\.0\.0\.1:\d+\/coop\/sso\.git/,
  );
  expect(mendOf(world)).toMatch(/anybody may read it\. It is dependencies\.sso in testme\.yml\./);
});

test("an engine's fault that meets it keeps its party, and says whom it met", async () => {
  const world = await openWorld({
    recipes: { ...wiki(), sso: (folder) => sso(folder, "sso", {}, "lobby") },
    policy: { ...defaultPolicy, networks: ["proxy", "lobby"] },
    isPublic,
  });
  await tested(world);
  expect(titleOf(world, "install")).toMatch(
    /^Could not be judged: The dependency sso \(sso 1\.0\.0\+1\.0\) could not be brought up: The recipe expects the network lobby/,
  );
  expect(mendOf(world)).toContain("The Docker engine failed");
});

test("lint needs nothing beside the recipe", async () => {
  const world = await openWorld({
    recipes: { ...wiki(), sso: (folder) => sso(folder) },
    isPublic,
    stages: ["lint"],
  });
  await tested(world);
  expect(titleOf(world, "lint")).toMatch(/^Lint: /);
  expect(world.engine.acts).toEqual([]);
});

test.each([
  ["env", { A: "${ldap.domain}" }, "env\\.A .*there is no dependency of that name \\(there is sso\\)"],
  ["secrets", { a: "${sso.key}" }, "secrets\\.a .*is no output of a dependency: there are"],
])(
  "a reference in %s that can never hold: testme.yml is refused before anything is deployed",
  async (key, wrong, reason) => {
    const world = await openWorld({
      recipes: { ...wiki({ [key]: wrong }), sso: (folder) => sso(folder) },
      isPublic,
    });
    await tested(world);
    expect(titleOf(world, "install")).toMatch(/^Invalid recipe: testme\.yml:\d+: /);
    expect(mendOf(world).replaceAll("`", "")).toMatch(new RegExp(reason));
    // A push to the pull request would not mend it.
    expect(mendOf(world)).toContain(
      "where it is read: on the branch that the pull request is to be merged into",
    );
    expect(world.engine.acts.filter(({ did }) => did === "deploy")).toEqual([]);
  },
);

const allStages = { stages: ["install", "lint"] as const };

test("an overlay suits the recipe to its place; one that pins an image is told, and not forbidden", async () => {
  const world = await openWorld({
    recipes: { wiki: (folder, name) => overlaid(folder, name, { image: "testme/fixture:2" }) },
    ...allStages,
  });
  await tested(world);
  const { conclusion, output } = world.check("install");
  expect(conclusion).toBe("success");
  const told =
    /The overlay `compose\.testme\.yml` changes more than the environment.*`compose\.testme\.yml:4`: `app: image`/s;
  expect(output.summary).toMatch(told);
  expect(output.summary).toContain("testme/fixture:2");
  expect(world.check("lint").output.summary).toMatch(told);
  await world.bot.stop("the test reads its files");
  const runs = join(world.data, "runs");
  const [id = ""] = await readdir(runs);
  expect(JSON.parse(await readFile(join(runs, id, "results.json"), "utf8")).overlay).toEqual({
    file: "compose.testme.yml",
    beyond: [{ line: 4, service: "app", what: "image" }],
  });
});

test("without its overlay that recipe is red, so it was applied; and it is read where testme.yml is", async () => {
  const world = await openWorld({ recipes: { wiki: (folder, name) => overlaid(folder, name, {}, "none") } });
  await tested(world);
  expect(titleOf(world, "install")).toMatch(/^Not serving: wiki_app on port 8080: HTTP 500/);
  world.checkRuns("wiki");
});

test.each([
  ["valid", "probes:\n  - {http: /, codes: [500]}\n", /It is valid, and applies after the merge\./],
  ["not valid", "probes:\n  - {htp: /}\n", /What it says here is not valid:\n- `testme\.yml:2`: /],
])("a pull request that changes testme.yml: %s, it is told and does not apply", async (_, changed, words) => {
  const world = await openWorld({
    recipes: { wiki: (folder, name) => changesConfig(folder, name, changed) },
    ...allStages,
  });
  await tested(world);
  // It would pass by its own word.
  expect(titleOf(world, "install")).toMatch(/^Not serving: wiki_app on port 8080: HTTP 500/);
  const { conclusion, output } = world.check("lint");
  expect(conclusion).not.toBe("failure");
  expect(output.summary).toMatch(
    /`testme\.yml` is changed here\.\*\* This run went by the one on the target branch\./,
  );
  expect(output.summary).toMatch(words);
});

test("what the overlay suits in a service that the base does not have yet is left out there, and applied to the head", async () => {
  const world = await openWorld({ recipes: { wiki: suitsNewService }, stages: ["upgrade"] });
  await tested(world);
  expect([world.check("upgrade").conclusion, titleOf(world, "upgrade")]).toEqual([
    "success",
    expect.stringMatching(/^Upgraded 1\.0\.0\+1\.0 to /),
  ]);
});
