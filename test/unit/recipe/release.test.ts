// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Commit } from "../../../src/recipe/commit.ts";
import {
  chooseBase,
  compareReleases,
  labelledRelease,
  newestRelease,
  parseRelease,
} from "../../../src/recipe/release.ts";

const commit = (digit: string) => Commit.parse(digit.repeat(40));
const [head, one, two, tip] = [commit("a"), commit("1"), commit("2"), commit("f")];

const release = (tag: string) => {
  const parsed = parseRelease(tag);
  if (parsed === null) throw new Error(`${tag} is no release`);
  return parsed;
};

describe("a release", () => {
  it.each(["2.0.1+1.0.6-social-amd64", "3.0.10+1.10.8", "0.1.0+v5", "1.0.0+latest"])("is %s", (tag) => {
    expect(parseRelease(tag)?.tag).toBe(tag);
  });

  it.each(["1.0.0", "v1.0.0+1", "1.0+1", "1.0.0-rc1+1", "1.0.0+", "1.0.0+1 2", "nightly", "1e9.0.0+1"])(
    "is not %s",
    (tag) => {
      expect(parseRelease(tag)).toBeNull();
    },
  );

  it.each([
    ["1.9.0+1", "1.10.0+1"],
    ["3.0.9+9.9", "3.0.10+1.0"],
    ["0.9.9+1", "1.0.0+1"],
    ["1.0.0+1.9.0", "1.0.0+1.10.0"],
    ["1.0.0+v1.9", "1.0.0+1.10"],
    ["1.0.0+1.0", "1.0.0+1.0.1"],
    ["1.0.0+1.0-a", "1.0.0+1.0-b"],
  ])("%s is older than %s", (older, newer) => {
    expect(compareReleases(release(older), release(newer))).toBeLessThan(0);
    expect(compareReleases(release(newer), release(older))).toBeGreaterThan(0);
  });

  it("is ordered totally: any order of the tags gives the same newest", () => {
    const tag = fc
      .tuple(fc.nat(2), fc.nat(11), fc.nat(2), fc.stringMatching(/^[v0-9a.-]{1,6}$/))
      .map(([major, minor, patch, app]) => release(`${major}.${minor}.${patch}+${app}`));
    fc.assert(
      fc.property(tag, tag, tag, (a, b, c) => {
        expect(Math.sign(compareReleases(a, b))).toBe(0 - Math.sign(compareReleases(b, a)));
        expect(compareReleases(a, b) === 0).toBe(a.tag === b.tag);
        if (compareReleases(a, b) <= 0 && compareReleases(b, c) <= 0)
          expect(compareReleases(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe("the newest release", () => {
  const tags = [
    { name: "1.10.0+2", commit: two },
    { name: "1.9.0+9", commit: one },
    { name: "2.0.0+3", commit: head },
    { name: "9.9.9", commit: tip },
  ];

  it("is not the head, and not a tag of another kind", () => {
    expect(newestRelease(tags, head)).toMatchObject({ release: { tag: "1.10.0+2" }, commit: two });
  });
  it("is not newer than the limit", () => {
    expect(newestRelease(tags, head, release("1.9.5+1"))?.release.tag).toBe("1.9.0+9");
    expect(newestRelease(tags, head, release("1.10.0+2"))?.release.tag).toBe("1.10.0+2");
  });
  it("is null where there is none", () => {
    expect(newestRelease([], head)).toBeNull();
  });
});

describe("a compose file's own version", () => {
  it.each([
    ['      - "coop-cloud.${STACK_NAME}.version=1.2.0+15.3"', "1.2.0+15.3"],
    ["      - coop-cloud.${STACK_NAME}.version=1.2.0+15.3 # bump", "1.2.0+15.3"],
    ['      "coop-cloud.${STACK_NAME}.version": "1.2.0+15.3"', "1.2.0+15.3"],
    ["      coop-cloud.${STACK_NAME}.version: 1.2.0+15.3", "1.2.0+15.3"],
    ['labels: ["a=b", "coop-cloud.${STACK_NAME}.version=1.2.0+15.3"]', "1.2.0+15.3"],
    ['      - "coop-cloud.${STACK_NAME}.version="', undefined],
    ['      - "coop-cloud.${STACK_NAME}.version=${VERSION:-latest}"', undefined],
    ['      # - "coop-cloud.${STACK_NAME}.version=1.2.0+15.3"', undefined],
    ["      - coop-cloud.${STACK_NAME}.timeout=300", undefined],
    ["", undefined],
  ])("in %s is %s", (compose, tag) => {
    expect(labelledRelease(`services:\n  app:\n${compose}\n`)?.tag).toBe(tag);
  });
});

describe("the base", () => {
  const tags = [
    { name: "0.9.0+1", commit: one },
    { name: "1.0.0+1", commit: two },
  ];
  const main = { ref: "main", commit: tip };
  const green = { ref: "green", commit: commit("3") };
  const usual = { override: null, lastGreen: null, tags, head, targetTip: main, notNewerThan: null };
  const asked = { ref: "x", commit: commit("4"), by: "run" as const };

  it.each([
    ["the one asked for", { ...usual, override: asked, lastGreen: green }, "x", "it was asked for"],
    [
      "the one that the recipe names",
      { ...usual, override: { ...asked, by: "recipe" as const }, lastGreen: green },
      "x",
      "testme.yml asks for it (`upgrade.from`)",
    ],
    [
      "else the last green",
      { ...usual, lastGreen: green },
      "green",
      "it is the last that passed a whole run",
    ],
    ["else the newest release", usual, "1.0.0+1", "it is the newest release"],
    [
      "the newest release where the head itself was the last green",
      { ...usual, lastGreen: { ref: "g", commit: head } },
      "1.0.0+1",
      "it is the newest release",
    ],
    [
      "an older release where the newest and the last green came after the head",
      { ...usual, lastGreen: { ref: "g", commit: two }, notNewerThan: release("0.9.5+1") },
      "0.9.0+1",
      "it is the newest release before it",
    ],
    [
      "the last green though it was released, if not after the head",
      { ...usual, lastGreen: { ref: "g", commit: one }, notNewerThan: release("1.0.0+1") },
      "g",
      "it is the last that passed a whole run",
    ],
    [
      "the last green though it is the release of the head's own version",
      { ...usual, lastGreen: { ref: "g", commit: two }, notNewerThan: release("1.0.0+1") },
      "g",
      "it is the last that passed a whole run",
    ],
    [
      "the release of the head's own version, which counts as older",
      { ...usual, notNewerThan: release("1.0.0+1") },
      "1.0.0+1",
      "it is the newest release before it",
    ],
    [
      "of two of one version the one whose app is not newer than the head's",
      {
        ...usual,
        tags: [
          { name: "1.0.0+1.9", commit: one },
          { name: "1.0.0+1.10", commit: two },
        ],
        notNewerThan: release("1.0.0+1.9"),
      },
      "1.0.0+1.9",
      "it is the newest release before it",
    ],
    [
      "else the target's tip",
      { ...usual, tags: [] },
      "main",
      "it is the tip of the target branch, and there is no release tag (`X.Y.Z+version`) to upgrade from",
    ],
    [
      "the target's tip where each release is newer than the head",
      { ...usual, notNewerThan: release("0.8.0+1") },
      "main",
      "it is the tip of the target branch, and there is no release that is older than the commit under test (0.8.0+1)",
    ],
  ])("is %s", (_, choice, ref, because) => {
    expect(chooseBase(choice)).toMatchObject({ is: "base", ref, because });
  });

  it("has the commit of its ref, and nothing more", () => {
    expect(chooseBase({ ...usual, override: asked })).toEqual({
      is: "base",
      ref: "x",
      commit: asked.commit,
      because: "it was asked for",
    });
  });

  it.each([
    [
      "what was asked for is the head",
      { ...usual, override: { ...asked, commit: head }, lastGreen: green },
      "x is the commit under test itself, so there is nothing to upgrade from",
    ],
    [
      "the target is the head",
      { ...usual, tags: [{ name: "1.0.0+1", commit: head }], targetTip: { ref: "main", commit: head } },
      "the only release is the commit under test itself, and main is at the commit under test itself",
    ],
    [
      "there is nothing at all",
      { ...usual, tags: [{ name: "v1", commit: one }], targetTip: null },
      "there is no release tag (`X.Y.Z+version`) to upgrade from, and no target branch either",
    ],
  ])("is none where %s", (_, choice, reason) => {
    expect(chooseBase(choice)).toEqual({ is: "none", reason });
  });

  const some = fc.constantFrom(head, one, two, tip);
  const ref = fc.option(fc.record({ ref: fc.constant("r"), commit: some }));
  const names = ["1.0.0+1", "1.0.0+2", "1.1.0+1", "2.0.0+1", "x"];
  const choice = fc.record({
    override: fc.option(
      fc.record({
        ref: fc.constant("r"),
        commit: some,
        by: fc.constantFrom("run" as const, "recipe" as const),
      }),
    ),
    lastGreen: ref,
    tags: fc.array(fc.record({ name: fc.constantFrom(...names), commit: some })),
    head: fc.constant(head),
    targetTip: ref,
    notNewerThan: fc.option(fc.constantFrom(...names.slice(0, 4).map(release))),
  });

  it("is never the head", () => {
    fc.assert(
      fc.property(choice, (choice) => {
        const base = chooseBase(choice);
        if (base.is === "base") expect(base.commit).not.toBe(head);
      }),
    );
  });
  it("is no release that is newer than the head, unless somebody asked for it or it is what the target is at", () => {
    fc.assert(
      fc.property(choice, (choice) => {
        const base = chooseBase({ ...choice, override: null, targetTip: null });
        const limit = choice.notNewerThan;
        if (base.is === "none" || limit === null) return;
        for (const { name, commit } of choice.tags) {
          const tagged = parseRelease(name);
          if (
            choice.lastGreen?.commit === base.commit &&
            commit === base.commit &&
            base.ref === "r" &&
            tagged
          )
            expect(compareReleases(tagged, limit)).toBeLessThanOrEqual(0);
        }
        const chosen = parseRelease(base.ref);
        if (chosen) expect(compareReleases(chosen, limit)).toBeLessThanOrEqual(0);
      }),
    );
  });
  it("is there whenever the target branch is elsewhere", () => {
    fc.assert(
      fc.property(choice, (choice) => {
        const base = chooseBase({ ...choice, override: null, targetTip: { ref: "main", commit: tip } });
        expect(base.is).toBe("base");
      }),
    );
  });
});
