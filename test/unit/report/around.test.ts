/** What a run went by beside the recipe's own files, in a check and in a terminal. */
import { expect, test } from "vitest";
import { aroundLines } from "../../../src/report/around.ts";
import { resultsFile } from "../../../src/report/results.ts";
import { summaryOf } from "../../../src/report/summary.ts";
import type { Observation } from "../../../src/verdict/observation.ts";
import { at, fullName, head, story } from "../../support/builders.ts";
import * as stories from "../verdict/stories.ts";
import { installed, run } from "./results.ts";

const sso = {
  is: "dependency",
  at: at(1),
  name: "sso",
  recipe: "keycloak",
  commit: head,
  ref: "1.2.0+3",
  stack: "sso_test",
} as const;
const overlay = (...remarks: Extract<Observation, { is: "overlay" }>["remarks"]) =>
  ({ is: "overlay", at: at(1), file: "compose.testme.yml", remarks }) as const;
const pinned = { line: 4, service: "app", what: "image" };
const added = { line: null, service: null, what: "volumes.data" };

test("an overlay that goes beyond the environment is told line by line", () => {
  const seen = [sso, overlay(pinned, added)];
  expect(aroundLines(seen)).toEqual([
    `beside it stood sso: keycloak at 1.2.0+3 (${head.slice(0, 8)})`,
    "The overlay compose.testme.yml changes more than the environment, so part of what runs is not the recipe's:",
    "- compose.testme.yml:4: app: image",
    "- compose.testme.yml: volumes.data",
  ]);
});

test("one that keeps to it, and a recipe that has none, have nothing to tell", () => {
  expect(aroundLines([overlay()])).toEqual([]);
  expect(aroundLines([])).toEqual([]);
});

test("limits that the bot lent are told by service, those of the version that was deployed last", () => {
  const all = { memoryBytes: 2 * 1024 ** 3, cpus: 2, pids: 4096 };
  const lending = (lent: Parameters<typeof story>[0]) => story(lent).observations;
  const first = lending({ lent: { [fullName("app")]: { pids: 1 } } });
  const last = lending({
    lent: { [fullName("app")]: all, [fullName("db")]: all, [fullName("web")]: { cpus: 0.5 } },
  });
  expect(aroundLines([...first, ...last])).toEqual([
    "Limits that the recipe does not set are the bot's (defaults in POLICY): app, db 2.0 GiB of memory, 2 CPUs, 4096 processes; web 0.5 CPUs.",
  ]);
  expect(aroundLines([...first, ...lending({})])).toEqual([]);
  const install = installed(stories.startFirst());
  expect(summaryOf(run, { ...install, observations: [...install.observations, ...last] })).toContain(
    "Limits that the recipe does not set are the bot's (`defaults` in `POLICY`): `app`, `db` 2.0 GiB of memory",
  );
});

const told = {
  ...installed(stories.startFirst()),
  observations: [...installed(stories.startFirst()).observations, sso, overlay(pinned)],
};

test.each([
  ["green", told.verdict],
  ["red", { is: "fail", findings: [{ is: "invalid-recipe", file: "compose.yml", line: 1, reason: "no" }] }],
] as const)("a check says both, also a %s one", (_, verdict) => {
  const summary = summaryOf(run, { ...told, verdict });
  expect(summary).toContain(
    `Beside it stands \`sso\`: \`keycloak\` at \`1.2.0+3\` (\`${head.slice(0, 8)}\`).`,
  );
  expect(summary).toContain(
    "**The overlay `compose.testme.yml` changes more than the environment, so part of what runs is not the recipe's:**\n- `compose.testme.yml:4`: `app: image`",
  );
});

test("the results name both", () => {
  const aside = { deployer: "docker stack deploy", planned: 1, isClean: true, isLeaking: false };
  expect(resultsFile(run, [told], aside)).toMatchObject({
    dependencies: [{ name: "sso", recipe: "keycloak", ref: "1.2.0+3", commit: head }],
    overlay: { file: "compose.testme.yml", beyond: [pinned] },
  });
  expect(resultsFile(run, [installed(stories.startFirst())], aside)).toMatchObject({
    dependencies: [],
    overlay: null,
  });
});
