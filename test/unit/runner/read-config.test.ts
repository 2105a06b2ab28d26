/** Which testme.yml a run goes by, and what is said of the one that a pull request would have instead. */
import { expect, test } from "vitest";
import type { Commit } from "../../../src/recipe/commit.ts";
import { defaultConfig } from "../../../src/recipe/recipe-config.ts";
import { readConfig } from "../../../src/runner/read-config.ts";

const [target, head] = ["a".repeat(40) as Commit, "b".repeat(40) as Commit];
type Files = Readonly<Record<string, string>>;

const read = (onTarget: Files, onHead: Files, from: Commit | null = target) =>
  readConfig(
    { show: async (_, commit, file) => (commit === target ? onTarget : onHead)[file] ?? null },
    { directory: "mirror" },
    head,
    from,
  );
const overlay = "services:\n  app:\n    environment: {A: b}\n";
const named = { "testme.yml": "overlay: compose.testme.yml\n", "compose.testme.yml": overlay };

test("the target branch's holds, with its overlay, and nothing is said of a head that has the same", async () => {
  expect(await read(named, named)).toEqual({
    from: target,
    config: { ...defaultConfig, overlay: "compose.testme.yml" },
    overlay: { name: "compose.testme.yml", text: overlay },
    complaints: [],
    change: null,
  });
});

test("what the head changes is looked at, and does not hold", async () => {
  const changed = await read(
    { "testme.yml": "run_on_push: true\n" },
    { "testme.yml": "run_on_push: false\n" },
  );
  expect(changed.config.runOnPush).toBe(true);
  expect(changed.change).toEqual({ files: ["testme.yml"], complaints: [] });
});

test.each([
  [
    "a key that means nothing",
    { "testme.yml": "tests: []\nrun_on_psh: true\n" },
    "testme.yml",
    2,
    /run_on_psh/,
  ],
  [
    "an overlay that is not there",
    { "testme.yml": named["testme.yml"] },
    "testme.yml",
    null,
    /compose\.testme\.yml is not there/,
  ],
  [
    "an overlay that is no YAML",
    { ...named, "compose.testme.yml": "services:\n\tapp:\n" },
    "compose.testme.yml",
    2,
    /not valid YAML/,
  ],
])("%s would hold after the merge: it is told with its place", async (_, files, file, line, reason) => {
  const complaints = [{ file, line, reason: expect.stringMatching(reason) }];
  expect(await read({}, files)).toMatchObject({
    complaints: [],
    change: { files: ["testme.yml"], complaints },
  });
  // On the target branch nothing of it holds.
  expect(await read(files, {})).toMatchObject({ complaints });
});

test("an overlay that alone is changed is told, and the target branch's is used", async () => {
  const { overlay: used, change } = await read(named, { ...named, "compose.testme.yml": "services: {}\n" });
  expect(used?.text).toBe(overlay);
  expect(change).toEqual({ files: ["compose.testme.yml"], complaints: [] });
});

test("a head that gives its testme.yml up changes it", async () => {
  expect((await read(named, {})).change).toEqual({ files: ["testme.yml"], complaints: [] });
});

test("where nobody may say anything all is as usual, and what the head says is told", async () => {
  expect(await read({}, named, null)).toEqual({
    from: null,
    config: defaultConfig,
    overlay: null,
    complaints: [],
    change: { files: ["testme.yml"], complaints: [] },
  });
});
