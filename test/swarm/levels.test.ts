/**
 * How far up the ladder whole runs of whole recipes come, on a real Swarm: each rung and stage, and why one did not pass. They run
 * side by side, since each waits for its engine most of the time.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StageEvidence } from "../../src/report/evidence.ts";
import type { ResultsFile, StageOutcome } from "../../src/report/results.ts";
import type { RungState } from "../../src/run/ladder.ts";
import type { StageName } from "../../src/stages/stage.ts";
import { readEvidence } from "../../src/store/read-evidence.ts";
import { ResultsSchema } from "../../src/store/results-schema.ts";
import { testme } from "../support/cli.ts";
import { leftovers } from "../support/engine.ts";
import { engineFolder } from "../support/play.ts";
import type { Story } from "../support/recipes.ts";
import * as recipes from "../support/recipes-levels.ts";
import { engineHost } from "../support/swarm-tools.ts";

type Outcome = Pick<StageOutcome, "status" | "reason" | "findings">;
type Rungs = ResultsFile["rungs"];
type Kept = { evidence: readonly StageEvidence[]; text: string };
/** `stages`, `rungs` and `tests` where they differ from those of the shop that passes. */
type Case = {
  recipe: (dir: string) => Promise<Story>;
  level: number;
  exitCode?: 0 | 1;
  stages?: Partial<Record<StageName, Outcome>>;
  rungs?: Partial<Rungs>;
  /** Each with how it ended. */
  tests?: readonly string[];
  lint?: Partial<ResultsFile["lint"]>;
  orphans?: readonly string[];
  also?: (kept: Kept) => void;
};

const passed = { status: "pass", reason: null, findings: [] } as const satisfies Outcome;
const red = (finding: StageOutcome["findings"][number]): Outcome => ({
  status: "fail",
  reason: null,
  findings: [finding],
});
const skipped = (reason: string): Outcome => ({ status: "skip", reason, findings: [] });
const unshown = (reason: string): Outcome => ({ status: "unverified", reason, findings: [] });
const calledOff = (reason: string): Outcome => ({ status: "cancelled", reason, findings: [] });

const ALL: Record<StageName, Outcome> = {
  install: passed,
  upgrade: passed,
  backup: passed,
  restore: passed,
  custom: passed,
  lint: passed,
};
const rung = (status: RungState["status"], reason: string | null): Omit<RungState, "rung"> => ({
  status,
  reason,
});
const RUNGS: Rungs = {
  install: rung("pass", null),
  upgrade: rung("pass", null),
  "backup-restore": rung("pass", null),
  custom: rung("pass", null),
  lint: rung("pass", null),
};
const SHOP_TESTS = ["home page: pass", "database: has an address: pass", "database: takes connections: pass"];
const NO_TESTS =
  "the recipe has no tests of its own; add `tests:` to testme.yml, or skip custom there with a reason";
const KEEPS_NOTHING = "the recipe keeps nothing: no volumes and no backupbot labels";
const left = (stage: StageName, lacks: string) => `not run, because the ${stage} stage left ${lacks}`;
const noApp = (stage: StageName) => left(stage, "no app to go on with");
// expect.stringMatching is typed as `any`.
const like = (words: RegExp): string => expect.stringMatching(words);
const nothingBacksUp = like(
  /^nothing backs up shop-\S+_db_data, shop-\S+_db_dump, shop-\S+_media: add the label/,
);
const skips = {
  backup: "its data is made anew from its sources",
  restore: "there is nothing to restore",
  lint: "the conventions are checked in another job",
};

const cases: Record<string, Case> = {
  "a web app with a database that is dumped and loaded": {
    recipe: recipes.shop,
    level: 5,
    also: ({ evidence }) =>
      expect(evidence.find(({ stage }) => stage === "restore")?.told.summary).toContain("`an order`"),
  },
  "an app that keeps nothing, and says why it has no tests": {
    recipe: recipes.pages,
    level: 5,
    stages: {
      backup: skipped(KEEPS_NOTHING),
      restore: skipped(KEEPS_NOTHING),
      custom: skipped("it has one page, and the probe has read it"),
    },
    rungs: {
      "backup-restore": rung("skip", KEEPS_NOTHING),
      custom: rung("skip", "it has one page, and the probe has read it"),
    },
    tests: [],
  },
  "several compose files and a config that Swarm fills in": {
    recipe: recipes.board,
    level: 5,
    tests: [
      "configuration: the new layout: pass",
      "configuration: the domain: pass",
      "configuration: the database, with a password as asked for: pass",
      "configuration: mail, with the password that was given: pass",
    ],
    // Its test writes out the page that holds both passwords.
    also({ text }) {
      expect(text).toMatch(/database boar-\S+_db <redacted>/);
      expect(text).toMatch(/mail \S.* <redacted>"/);
      expect(text).not.toContain("not a real one");
    },
  },
  "several services, of which the head drops one": {
    recipe: recipes.club,
    level: 5,
    tests: ["nothing of the cache is left: pass", "worker is beside the app: pass"],
    orphans: ["club_cache"],
    also: ({ evidence }) =>
      expect(evidence.find(({ stage }) => stage === "upgrade")?.told.summary).toContain("`club_cache`"),
  },
  "an app that needs another one": {
    recipe: recipes.wiki,
    level: 5,
    stages: { backup: skipped(KEEPS_NOTHING), restore: skipped(KEEPS_NOTHING) },
    rungs: { "backup-restore": rung("skip", KEEPS_NOTHING) },
    tests: [
      "vault: knows its name: pass",
      "vault: knows its password: pass",
      "vault: is in the realm that was asked for: pass",
    ],
  },
  "red at install": {
    recipe: recipes.neverStarts,
    level: 0,
    exitCode: 1,
    stages: {
      install: red("crash-looping"),
      upgrade: red("rolled-back"),
      backup: calledOff(noApp("upgrade")),
      restore: calledOff(noApp("upgrade")),
      custom: calledOff(noApp("upgrade")),
    },
    rungs: {
      install: rung("fail", "crash-looping"),
      upgrade: rung("fail", "rolled-back"),
      "backup-restore": rung("unverified", noApp("upgrade")),
      custom: rung("unverified", noApp("upgrade")),
    },
    tests: [],
  },
  "red at upgrade": {
    recipe: recipes.cannotMigrate,
    level: 1,
    exitCode: 1,
    stages: {
      upgrade: red("rolled-back"),
      backup: calledOff(noApp("upgrade")),
      restore: calledOff(noApp("upgrade")),
      custom: calledOff(noApp("upgrade")),
    },
    rungs: {
      upgrade: rung("fail", "rolled-back"),
      "backup-restore": rung("unverified", noApp("upgrade")),
      custom: rung("unverified", noApp("upgrade")),
    },
    tests: [],
  },
  "a backup that is silently empty": {
    recipe: recipes.dumpsNothing,
    level: 2,
    exitCode: 1,
    stages: {
      backup: red("backup-empty"),
      restore: calledOff(left("backup", "no archive to restore")),
    },
    rungs: { "backup-restore": rung("fail", "backup-empty") },
  },
  "a restore that loses data": {
    recipe: recipes.loadsNothing,
    level: 2,
    exitCode: 1,
    stages: { restore: red("data-lost"), custom: calledOff(noApp("restore")) },
    rungs: {
      "backup-restore": rung("fail", "data-lost"),
      custom: rung("unverified", noApp("restore")),
    },
    tests: [],
  },
  "a red test of its own": {
    recipe: recipes.breaksItsTest,
    level: 3,
    exitCode: 1,
    stages: { custom: red("tests-failed") },
    rungs: { custom: rung("fail", "tests-failed") },
    tests: ["home page: pass", "database: has an address: pass", "database: takes connections: fail"],
  },
  "a convention that is broken, which turns nothing red": {
    recipe: recipes.breaksConventions,
    level: 4,
    rungs: { lint: rung("fail", "traefik-labels") },
    lint: { broken: ["traefik-labels"] },
  },
  "volumes that nothing backs up": {
    recipe: recipes.withoutBackups,
    level: 2,
    stages: { backup: unshown(nothingBacksUp), restore: unshown(nothingBacksUp) },
    rungs: { "backup-restore": rung("unverified", nothingBacksUp) },
    lint: { advised: ["backed-up"] },
  },
  "no tests of its own": {
    recipe: recipes.withoutTests,
    level: 3,
    stages: { custom: unshown(NO_TESTS) },
    rungs: { custom: rung("unverified", NO_TESTS) },
    tests: [],
  },
  "stages that the recipe skips, each with its reason": {
    recipe: (dir) => recipes.optsOut(dir, skips),
    level: 4,
    stages: {
      backup: skipped(skips.backup),
      restore: skipped(skips.restore),
      lint: skipped(skips.lint),
    },
    rungs: {
      "backup-restore": rung("skip", skips.restore),
      lint: rung("skip", skips.lint),
    },
  },
};

const folder = engineFolder();
const whole = async (recipe: Story, data: string) => {
  const ended = await testme(["run", recipe.path, "--head", "change", "--json"], {
    DOCKER_HOST: engineHost(),
    TESTME_DATA: data,
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
  }).finished;
  const [, stack] = /clearing the engine of (\S+):/.exec(ended.stderr) ?? [];
  if (stack === undefined) throw new Error(`it never came to an engine:\n${ended.stderr}`);
  return { ...ended, stack };
};

describe.concurrent("the level that a recipe reaches", { timeout: 600_000 }, () => {
  it.each(Object.entries(cases))("%s", async (name, wanted) => {
    const own = join(folder, name.replaceAll(/\W+/g, "-"));
    const recipe = await wanted.recipe(own);
    const { exitCode, json, stderr, stack } = await whole(recipe, join(own, "data"));
    const { level, orphans = [] } = wanted;
    const rungs = { ...RUNGS, ...wanted.rungs };
    const verdict = (wanted.exitCode ?? 0) === 0 ? "pass" : "fail";
    expect(json, stderr).toMatchObject({ verdict, level, rungs });
    expect(exitCode).toBe(wanted.exitCode ?? 0);

    const { evidence: file } = json as { evidence: string };
    const short: ResultsFile = ResultsSchema.parse(
      JSON.parse(await readFile(join(dirname(file), "results.json"), "utf8")),
    );
    expect(short).toMatchObject({
      head: recipe.head,
      base: { ref: "1.0.0+1.0", commit: recipe.base },
      verdict,
      level,
      rungs,
      lint: { broken: [], advised: [], ...wanted.lint },
      creations: { planned: 2, made: 2 },
      flags: { clean_teardown: true, no_secret_leak: true },
    });
    const outcomes = short.stages.map(({ name: stage, status, reason, findings }) => [
      stage,
      { status, reason, findings },
    ]);
    expect(outcomes).toEqual(Object.entries({ ...ALL, ...wanted.stages }));
    expect(short.skips).toEqual({
      intentional: Object.fromEntries(
        Object.entries(rungs).flatMap(([key, { status, reason }]) =>
          status === "skip" ? [[key, reason]] : [],
        ),
      ),
      unintentional: Object.entries(rungs).flatMap(([key, { status }]) =>
        status === "unverified" ? [key] : [],
      ),
    });
    expect(short.stages.at(-1)?.title).toMatch(new RegExp(`^Level ${level} of 5 · `));
    const tests = short.stages.flatMap((stage) => stage.tests);
    expect(tests.map((test) => `${test.name}: ${test.status}`)).toEqual(wanted.tests ?? SHOP_TESTS);

    const { stages: evidence } = await readEvidence(file);
    // The head; the base and the head over it; and all that comes after goes on with that.
    const deployed = evidence.map((stage) => stage.observations.filter((o) => o.is === "deployed").length);
    expect(deployed).toEqual([1, 2, 0, 0, 0, 0]);
    const removed = evidence.flatMap((stage) => stage.observations.filter((o) => o.is === "orphan-removed"));
    expect(removed.map(({ service }) => service)).toEqual(orphans);
    wanted.also?.({ evidence, text: await readFile(file, "utf8") });

    expect((await leftovers(engineHost())).filter((line) => line.includes(stack))).toEqual([]);
  });
});
