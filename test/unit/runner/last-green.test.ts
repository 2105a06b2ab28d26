/** Which of the green commits an upgrade starts from. */
import { expect, test } from "vitest";
import { Commit } from "../../../src/recipe/commit.ts";
import { lastGreen } from "../../../src/runner/last-green.ts";

const commit = (digit: string) => Commit.parse(digit.repeat(40));
const [a, b, c, head] = ["a", "b", "c", "1"].map(commit) as [Commit, Commit, Commit, Commit];
const tip = { ref: "main", commit: commit("f") };
/** On main are these, and nothing else is. */
const onMain = (...commits: Commit[]) => ({
  isAncestor: async (_: unknown, one: Commit, of: Commit) => of === tip.commit && commits.includes(one),
});
const choose = (git: ReturnType<typeof onMain>, greens: Commit[], targetTip: typeof tip | null = tip) =>
  lastGreen(
    git,
    { directory: "m" },
    greens.map((one) => ({ head: one })),
    head,
    targetTip,
  );

test.each<[string, Commit[], Commit[], Commit | null]>([
  ["the newest", [b, a], [a, b], b],
  ["the newest that was merged", [c, b, a], [a, b], b],
  ["never the commit under test, though it was merged", [head, a], [a, head], a],
  ["none where none was merged", [b, a], [], null],
  ["none where none is green", [], [a, b], null],
])("%s", async (_, greens, merged, chosen) => {
  const ref = chosen && { ref: chosen.slice(0, 8), commit: chosen };
  expect(await choose(onMain(...merged), greens)).toEqual(ref);
});

test("none where there is no target branch", async () => {
  expect(await choose(onMain(a), [a], null)).toBeNull();
});
