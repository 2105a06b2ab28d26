import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTap } from "../../../src/verdict/tap.ts";
import { cpuMsOf } from "../../support/cpu-time.ts";

const told = (text: string) =>
  readTap(text.split("\n"))?.map(({ name, status, detail }) => [status, name, detail].join(" | ").trim()) ??
  null;

describe("what tests tell of themselves", () => {
  it.each([
    ["nothing", "", null],
    ["plain words", "all is well\nok then", null],
    ["points without a plan or a version", "ok 1 - a\nok 2 - b", null],
    ["a plan in the midst of plain words", "we have 1..3 things\nok", null],
    ["good points", "1..2\nok 1 - home\nok 2 - login", ["pass | home |", "pass | login |"]],
    ["a plan at the end", "TAP version 13\nok 1 - home\n1..1", ["pass | home |"]],
    ["points without numbers and names", "1..2\nok\nok", ["pass | point 1 |", "pass | point 2 |"]],
    ["a bad point", "1..2\nnot ok 1 - home\nok 2", ["fail | home |", "pass | point 2 |"]],
    [
      "and why",
      "1..1\nnot ok 1 home page\n# (in test file home.bats, line 4)\n#   `[ $code = 200 ]' failed",
      ["fail | home page | (in test file home.bats, line 4); `[ $code = 200 ]' failed"],
    ],
    [
      "and why, in YAML",
      "TAP version 14\n1..1\nnot ok 1 - home\n  ---\n  message: got 500\n  ...",
      ["fail | home | message: got 500"],
    ],
    ["a skipped point", "1..1\nok 1 - mail # SKIP no relay", ["skip | mail | no relay"]],
    ["a point to do", "1..1\nnot ok 1 - later # TODO soon", ["skip | later | to do: soon"]],
    ["a skipped point that failed all the same", "1..1\nnot ok 1 - mail # SKIP no", ["fail | mail |"]],
    ["a `#` that is no directive", "1..1\nok 1 - issue \\# skip this", ["pass | issue # skip this |"]],
    ["a whole test that is skipped", "1..0 # SKIP no browser", ["skip | plan | SKIP no browser"]],
    [
      "subtests, which its own point sums up",
      "1..1\n    not ok 1 - inner\n    1..1\nok 1 - outer",
      ["pass | outer |"],
    ],
    [
      "an end before its time",
      "1..3\nok 1 - a",
      ["pass | a |", "fail | plan | 1..3 was planned, and 1 came"],
    ],
    ["no point at all", "TAP version 14\n1..2", ["fail | plan | 1..2 was planned, and nothing came"]],
    [
      "no plan",
      "TAP version 14\nok 1 - a",
      ["pass | a |", "fail | plan | no plan: it ended before its time"],
    ],
    [
      "a point twice",
      "1..2\nok 1 - a\nok 1 - b",
      ["pass | a |", "pass | b |", "fail | plan | 1..2 was planned, and 1 came"],
    ],
    [
      "a point too many",
      "1..1\nok 1 - a\nok 2 - b",
      ["pass | a |", "pass | b |", "fail | plan | 1..1 was planned, and 1, 2 came"],
    ],
    ["two plans", "1..1\nok 1 - a\n1..1", ["pass | a |", "fail | plan | 2 plans where there may be one"]],
    [
      "a test that gave up",
      "1..2\nok 1 - a\nBail out! no database",
      ["pass | a |", "fail | plan | bailed out: no database"],
    ],
    [
      "a failed point with what elsewhere ends a line",
      "1..2\nok 1 - a\nnot ok 2 - b\u2028c",
      ["pass | a |", "fail | b\u2028c |"],
    ],
    ["words that only begin like a point", "1..1\nokay then\nnot okay\nok 1 - a", ["pass | a |"]],
  ])("%s", (_what, text, results) => expect(told(text)).toEqual(results));

  it("thousands of points are summed up, and every failure is still one", () => {
    const lines = ["1..3000", ...Array.from({ length: 3000 }, (_, n) => (n % 1000 === 7 ? "not ok" : "ok"))];
    expect(told(lines.join("\n"))).toEqual([
      "fail | point 8 |",
      "fail | point 1008 |",
      "fail | point 2008 |",
      "pass | 2997 points passed |",
    ]);
  });
});

const line = fc.oneof(
  fc.constantFrom(
    "ok",
    "not ok",
    "1..2",
    "1..0",
    "TAP version 14",
    "Bail out!",
    "# why",
    "  ---",
    "ok 1 # SKIP",
    "not ok # TODO",
  ),
  fc
    .tuple(fc.constantFrom("ok ", "not ok ", "1..", "# ", "    "), fc.string({ unit: "binary" }))
    .map((parts) => parts.join("")),
  fc.string({ unit: "binary" }),
);

describe("whatever is written", () => {
  it("is read without an error, in bounded words, and no failed point is lost", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const results = readTap(lines);
        if (results === null) return;
        expect(results.length).toBeGreaterThan(0);
        for (const { name, detail } of results) {
          expect(name).not.toBe("");
          expect(name.length).toBeLessThanOrEqual(200);
          expect(detail.length).toBeLessThanOrEqual(410);
        }
        const failed = lines.filter((one) => /^not ok(?=\s|$)/.test(one) && !/#\s*todo/i.test(one));
        expect(results.filter(({ status }) => status === "fail").length).toBeGreaterThanOrEqual(
          failed.length,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it("and what is planned and told passes, as it is", () => {
    const name = fc.stringMatching(/^[a-z][a-z ]{0,20}[a-z]$/);
    fc.assert(
      fc.property(
        fc.array(fc.record({ name, isGood: fc.boolean() }), { minLength: 1, maxLength: 40 }),
        (points) => {
          const lines = points.map(({ name, isGood }, n) => `${isGood ? "ok" : "not ok"} ${n + 1} - ${name}`);
          expect(readTap([`1..${points.length}`, ...lines])).toEqual(
            points.map(({ name, isGood }) => ({ name, status: isGood ? "pass" : "fail", detail: "" })),
          );
        },
      ),
    );
  });

  it("is read in time that grows with its length", () => {
    const long = [
      "1..1",
      `ok 1 ${" ".repeat(500_000)}#${" ".repeat(500_000)}`,
      `not ok ${"# ".repeat(300_000)}`,
    ];
    expect(cpuMsOf(() => readTap(long))).toBeLessThan(2_000);
  });
});
