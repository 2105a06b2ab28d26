import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Commit } from "../../../src/recipe/commit.ts";
import { chooseBase, compareReleases, newestRelease, parseRelease } from "../../../src/recipe/release.ts";

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

describe("the base", () => {
  const tags = [{ name: "1.0.0+1", commit: one }];
  const targetTip = { ref: "main", commit: tip };

  it.each([
    ["the one asked for", { override: { ref: "x", commit: two }, tags, head, targetTip }, "x", two],
    ["the newest release", { override: null, tags, head, targetTip }, "1.0.0+1", one],
    ["else the target's tip", { override: null, tags: [], head, targetTip }, "main", tip],
    [
      "the target's tip where each release is newer than the head",
      { override: null, tags, head, targetTip, notNewerThan: release("0.9.0+1") },
      "main",
      tip,
    ],
  ])("is %s", (_, choice, ref, at) => {
    expect(chooseBase(choice)).toMatchObject({ is: "base", ref, commit: at });
  });

  it.each([
    [
      "what was asked for is the head",
      { ref: "x", commit: head },
      tags,
      targetTip,
      /^x is the commit under test/,
    ],
    [
      "the target is the head",
      null,
      [],
      { ref: "main", commit: head },
      /main is at the commit under test itself$/,
    ],
    ["there is no target", null, [], null, /no target branch either$/],
  ])("is none where %s", (_, override, tags, targetTip, reason) => {
    expect(chooseBase({ override, tags, head, targetTip })).toEqual({
      is: "none",
      reason: expect.stringMatching(reason),
    });
  });

  it("is never the head", () => {
    const some = fc.constantFrom(head, one, two, tip);
    const ref = fc.option(fc.record({ ref: fc.constant("r"), commit: some }));
    const tag = fc.record({ name: fc.constantFrom("1.0.0+1", "1.1.0+1", "x"), commit: some });
    fc.assert(
      fc.property(ref, fc.array(tag), ref, (override, tags, targetTip) => {
        const base = chooseBase({ override, tags, head, targetTip });
        if (base.is === "base") expect(base.commit).not.toBe(head);
      }),
    );
  });
});
