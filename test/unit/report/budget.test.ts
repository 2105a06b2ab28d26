// What goes first where GitHub takes no more, and that it is said.
import { describe, expect, it } from "vitest";
import { type Block, fitted, story } from "../../../src/report/budget.ts";

const foot = "foot";
const evidence = (name: string, worth: number, ...texts: [string, ...string[]]): Block => ({
  name,
  worth,
  texts,
});
const log = evidence("log", 2, "L".repeat(300), "l".repeat(100));
const diff = evidence("diff", 1, "D".repeat(300), "d".repeat(100));
const table = evidence("table", 3, "T".repeat(300));
const blocks = [story("the story"), table, log, diff];

describe("evidence that is too long", () => {
  const rows: readonly (readonly [string, number, RegExp, RegExp])[] = [
    ["all of it fits", 1_000, /T{300}.*L{300}.*D{300}/s, /GitHub/],
    ["what is worth least is shortened", 900, /T{300}.*L{300}.*d{100}.*shortened: diff/s, /D{300}/],
    ["then what is worth more", 700, /T{300}.*l{100}.*d{100}.*shortened: log, diff/s, /L{300}/],
    ["then the least is left out", 600, /T{300}.*l{100}.*left out: diff; shortened: log/s, /d{100}/],
    ["then more", 480, /T{300}.*left out: log, diff\./s, /shortened/],
    [
      "and in the end all of it, and never the story",
      200,
      /^the story\n\n.*left out: table, log, diff/s,
      /T{300}/,
    ],
  ];
  it.each(rows)("%s", (_name, limit, has, hasNot) => {
    const text = fitted(blocks, foot, limit);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
    expect(text).toMatch(has);
    expect(text).not.toMatch(hasNot);
    expect(text.endsWith(`\n\n${foot}`)).toBe(true);
  });

  it("of two that are worth the same, the one that is read later goes first", () => {
    const text = fitted([evidence("a", 1, "a".repeat(300)), evidence("b", 1, "b".repeat(300))], foot, 600);
    expect(text).toMatch(/^a{300}\n\n.*left out: b\./s);
  });

  it("counts bytes, as GitHub does", () => {
    const text = fitted([story("s"), evidence("wide", 1, "€".repeat(300))], foot, 900);
    expect(text).toContain("left out: wide");
  });
});

describe("stories that are too long", () => {
  it("are told whole while they fit, and the rest is counted", () => {
    const long = [story("one ".repeat(20)), story("two ".repeat(20)), story("six ".repeat(20))];
    const text = fitted(long, foot, 200);
    expect(text).toMatch(/^one .*Not told here: 2 more paragraphs of findings\.\n\nfoot$/s);
  });

  it("one alone is shown raw, in a fence that it cannot close", () => {
    const text = fitted([story(`${"`".repeat(40)} <img> ${"x".repeat(500)}`)], foot, 300);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(300);
    expect(text).toMatch(/^`{41,}\n/);
    expect(text).toMatch(/\n`{41,}\n\nfoot$/);
  });
});
