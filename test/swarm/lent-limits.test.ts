/** Limits that the bot lends to services which set none: on the engine, in the report, and as what a task died of. */
import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { policyFor } from "../../src/recipe/policy/policy.ts";
import type { Service } from "../../src/verdict/observation.ts";
import { testme } from "../support/cli.ts";
import { leftovers } from "../support/engine.ts";
import { at, deploys, onOneStack, stackOf } from "../support/one-stack.ts";
import { TEST_POLICY } from "../support/policy.ts";
import { createRecipe, headVersion, recipeFiles } from "../support/recipes.ts";
import { engineConfig, engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
const MIB = 1024 ** 2;
let before: string[] = [];
let recipe: Awaited<ReturnType<typeof create>>;

const own = { resources: { limits: { memory: "64M" } } };
const create = () =>
  createRecipe(folder, "lent", {
    versions: { "1.0.0+1.0": recipeFiles("lent", { worker: own }) },
    heads: {
      good: recipeFiles("lent", { version: headVersion, worker: own }),
      hungry: recipeFiles("lent", {
        version: headVersion,
        app: { env: { EAT_MIB: "96" }, updateConfig: { failure_action: "rollback", monitor: "5s" } },
        worker: own,
      }),
    },
  });

beforeAll(async () => {
  before = await leftovers(engineHost());
  recipe = await create();
});
afterEach(async () => {
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const limitsOf = ({ spec }: Service): string[] =>
  spec.lines.flatMap((line) => line.match(/Resources\.Limits\.(.*)$/)?.[1] ?? []);

it("are on every service, base and head alike, and change nothing that the recipe sets", async () => {
  const [result] = await onOneStack(folder, recipe, "lent", [
    { steps: deploys(at("base", recipe.versions["1.0.0+1.0"]), at("head", recipe.heads.good)) },
  ]);
  expect(result?.verdict).toEqual({ is: "pass" });
  const seen = result?.observations ?? [];
  const { defaults } = policyFor(engineConfig(folder).policy, "lent");
  const stack = stackOf("lent").name;
  const expected = (memoryBytes: number) => [
    `MemoryBytes = ${memoryBytes}`,
    expect.stringMatching(/^NanoCPUs = [12]000000000$/),
    `Pids = ${defaults.pids}`,
  ];
  for (const [service, bytes] of [
    ["app", defaults.memoryBytes ?? 0],
    ["worker", 64 * MIB],
  ] as const) {
    const found = seen.flatMap((o) =>
      o.is === "service" && o.service.name === `${stack}_${service}` ? [limitsOf(o.service)] : [],
    );
    expect(found.length).toBeGreaterThan(1);
    for (const limits of found) expect(limits).toEqual(expected(bytes));
  }
});

it("are told as the bot's where a task dies of one, with the two places that can change it", async () => {
  const { exitCode, json, stderr } = await testme(
    ["run", recipe.path, "--head", recipe.heads.hungry, "--stages", "upgrade", "--json"],
    {
      DOCKER_HOST: engineHost(),
      TESTME_DATA: folder,
      RESOLVE_IMAGE: "never",
      PULL_IMAGES: "never",
      MIN_FREE_MEMORY: "32M",
      POLICY: JSON.stringify({ ...JSON.parse(TEST_POLICY), defaults: { memoryBytes: 48 * MIB, pids: null } }),
    },
  ).finished;
  expect(exitCode, stderr).toBe(1);
  expect(json).toMatchObject({ stages: [{ finding: "rolled-back" }] });
  expect(stderr).toContain("app 48.0 MiB of memory");
  expect(stderr).toContain("The recipe sets this service no limit, and the bot lends it 48.0 MiB");
});
