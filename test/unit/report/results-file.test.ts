/** The results file of a run, and the schema that it is published with. */
import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import * as z from "zod";
import { resultsFile } from "../../../src/report/results.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import { ResultsSchema } from "../../../src/store/results-schema.ts";
import { at } from "../../support/builders.ts";
import { ended, engineDown, failedWith, run, theBase } from "./results.ts";

const stage = (
  name: StageResult["stage"],
  result: StageResult,
  more: Partial<StageResult> = {},
): StageResult => ({
  ...result,
  stage: name,
  observations: [],
  ...more,
});
const aside = { deployer: "docker stack deploy", planned: 2, isClean: true, isLeaking: false };
const red = failedWith({ is: "deploy-refused", by: "docker stack deploy", said: "no" });
const tested: StageResult["observations"][number] = {
  is: "tested",
  at: at(30),
  test: "smoke",
  service: "app",
  image: "testme/fixture:1",
  network: "stack",
  end: { is: "exited", code: 1 },
  ms: 1_200,
  lines: [],
  results: [
    { name: "logs in", status: "pass", detail: "" },
    { name: "logs out", status: "fail", detail: "no such page" },
  ],
};
const ends: StageResult[] = [
  stage("install", ended({ is: "pass" }), { base: null }),
  stage("upgrade", ended({ is: "skipped", reason: "it is the first release" }), {
    base: null,
    startedAt: null,
  }),
  stage("backup", ended({ is: "unverified", reason: "nothing was marked" }), { base: null }),
  stage("restore", ended({ is: "inconclusive", fault: engineDown }), { base: theBase }),
  stage("custom", red, { observations: [tested] }),
  stage("lint", ended({ is: "cancelled", by: "cancelled by ada" })),
];
const file = resultsFile(run, ends, aside);

test("says in short what the whole run came to", () => {
  expect(file).toMatchInlineSnapshot(`
    {
      "base": {
        "commit": "eb96de9400000000000000000000000000000000",
        "ref": "1.0.0+1.0",
      },
      "branch": "main",
      "creations": {
        "made": 0,
        "planned": 2,
      },
      "dependencies": [],
      "deployer": "docker stack deploy",
      "finishedAt": "2026-01-05T12:00:42.000Z",
      "flags": {
        "clean_teardown": true,
        "no_secret_leak": true,
      },
      "head": "7ae7b0f700000000000000000000000000000000",
      "level": 1,
      "lint": {
        "advised": [],
        "broken": [],
      },
      "overlay": null,
      "pull": 7,
      "recipe": "discourse",
      "repository": "coop-cloud/discourse",
      "run": "r-2026-01-05-1",
      "rungs": {
        "backup-restore": {
          "reason": "nothing was marked",
          "status": "unverified",
        },
        "custom": {
          "reason": "deploy-refused",
          "status": "fail",
        },
        "install": {
          "reason": null,
          "status": "pass",
        },
        "lint": {
          "reason": "cancelled by ada",
          "status": "unverified",
        },
        "upgrade": {
          "reason": "it is the first release",
          "status": "skip",
        },
      },
      "schema": 1,
      "skips": {
        "intentional": {
          "upgrade": "it is the first release",
        },
        "unintentional": [
          "backup-restore",
          "lint",
        ],
      },
      "stages": [
        {
          "findings": [],
          "ms": 42000,
          "name": "install",
          "reason": null,
          "status": "pass",
          "tests": [],
          "title": "Installed the head in 42 s",
        },
        {
          "findings": [],
          "ms": null,
          "name": "upgrade",
          "reason": "it is the first release",
          "status": "skip",
          "tests": [],
          "title": "Skipped: it is the first release",
        },
        {
          "findings": [],
          "ms": 42000,
          "name": "backup",
          "reason": "nothing was marked",
          "status": "unverified",
          "tests": [],
          "title": "Unverified: nothing was marked",
        },
        {
          "findings": [],
          "ms": 42000,
          "name": "restore",
          "reason": "connect ENOENT /var/run/docker.sock",
          "status": "inconclusive",
          "tests": [],
          "title": "Could not be judged: connect ENOENT /var/run/docker.sock",
        },
        {
          "findings": [
            "deploy-refused",
          ],
          "ms": 42000,
          "name": "custom",
          "reason": null,
          "status": "fail",
          "tests": [
            {
              "ms": 1200,
              "name": "smoke: logs in",
              "status": "pass",
            },
            {
              "ms": 1200,
              "name": "smoke: logs out",
              "status": "fail",
            },
          ],
          "title": "Deploy refused: no",
        },
        {
          "findings": [],
          "ms": 42000,
          "name": "lint",
          "reason": "cancelled by ada",
          "status": "cancelled",
          "tests": [],
          "title": "Cancelled: cancelled by ada",
        },
      ],
      "verdict": "fail",
    }
  `);
});

test("a run from a terminal has no repository, pull request or branch", () => {
  const local = resultsFile({ ...run, source: { is: "local", path: "wiki" } }, ends, aside);
  expect(local).toMatchObject({ repository: null, pull: null, branch: null });
});

test("counts the deployments that were made, and says what was left or leaked", () => {
  const before = {
    is: "before",
    at: at(1),
    node: null,
    services: [],
    tasks: [],
  } as unknown as StageResult["observations"][number];
  const twice = [stage("install", ended({ is: "pass" }), { observations: [before, before] })];
  expect(resultsFile(run, twice, { ...aside, isClean: false, isLeaking: true })).toMatchObject({
    creations: { planned: 2, made: 2 },
    flags: { clean_teardown: false, no_secret_leak: false },
  });
});

test("names the conventions that are not kept", () => {
  const rule = (name: string, status: "kept" | "broken", severity: "error" | "warning") => ({
    rule: name,
    status,
    severity,
    remarks: [],
  });
  const report = {
    rules: [rule("a", "broken", "error"), rule("b", "kept", "error"), rule("c", "broken", "warning")],
  };
  const lint = stage("lint", ended({ is: "pass" }), { observations: [{ is: "linted", at: at(1), report }] });
  expect(resultsFile(run, [lint], aside)).toMatchObject({
    lint: { broken: ["a"], advised: ["c"] },
    rungs: { lint: { status: "fail", reason: "a" } },
  });
});

test("is read back as it was written", () => {
  expect(ResultsSchema.parse(JSON.parse(JSON.stringify(file)))).toEqual(file);
});

const published = new URL("../../../docs/results.schema.json", import.meta.url);

test("the published schema is the one in force: `vitest -u` writes it anew", async () => {
  const schema = { title: "The results of a run of testme", ...z.toJSONSchema(ResultsSchema) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published.pathname);
});

test("the published schema takes what is written, and nothing else", async () => {
  const takes = new Ajv2020({ strict: true }).compile(JSON.parse(await readFile(published, "utf8")));
  const json: unknown = JSON.parse(JSON.stringify(file));
  expect(takes(json), JSON.stringify(takes.errors)).toBe(true);
  for (const wrong of [
    { level: 6 },
    { schema: 2 },
    { head: "7ae7b0f7" },
    { more: 1 },
    { verdict: "skipped" },
  ])
    expect(takes({ ...file, ...wrong }), JSON.stringify(wrong)).toBe(false);
});
