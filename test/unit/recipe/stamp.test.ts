import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Commit } from "../../../src/recipe/commit.ts";
import { isStampOf, stampLabel, stampOf } from "../../../src/recipe/stamp.ts";

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const anyCommit = hex(40).map((text) => Commit.parse(text));
const commit = Commit.parse("7ae7b0f7".padEnd(40, "c"));

describe("the stamp", () => {
  it("is abra's label and abra's form", () => {
    expect(stampLabel("disc_example_org")).toBe("coop-cloud.disc_example_org.chaos-version");
    expect(stampOf(commit, false)).toBe("7ae7b0f7");
    expect(stampOf(commit, true)).toBe("7ae7b0f7+U");
  });

  it("names its own commit, from a clean tree or not", () => {
    fc.assert(
      fc.property(anyCommit, fc.boolean(), (c, isDirty) => {
        expect(isStampOf(stampOf(c, isDirty), c)).toBe(true);
      }),
    );
  });

  it("names no commit that differs in the digits that people read", () => {
    fc.assert(
      fc.property(anyCommit, anyCommit, fc.boolean(), (a, b, isDirty) => {
        fc.pre(a.slice(0, 8) !== b.slice(0, 8));
        expect(isStampOf(stampOf(a, isDirty), b)).toBe(false);
      }),
    );
  });

  it.each([
    "",
    "+U",
    "7ae7b0f",
    "7ae7b0f77",
    "7AE7B0F7",
    " 7ae7b0f7",
    "7ae7b0f7 ",
    "7ae7b0f7+U+U",
    "7ae7b0f7+u",
    "7ae7b0f7+Ux",
    "+U7ae7b0f7",
    commit,
  ])("is not %j", (stamp) => expect(isStampOf(stamp, commit)).toBe(false));
});
