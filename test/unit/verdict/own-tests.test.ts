import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/verdict/observation.ts";
import { testFindings, unprovenTests } from "../../../src/verdict/own-test-rules.ts";
import type { TestEnd, TestObservation, TestResult } from "../../../src/verdict/own-tests.ts";
import { at } from "../../support/builders.ts";

const exited = (code: number): TestEnd => ({ is: "exited", code });
const point = (name: string, status: TestResult["status"], detail = ""): TestResult => ({
  name,
  status,
  detail,
});
const tested = (test: string, end: TestEnd, more: Partial<TestObservation> = {}): Observation => ({
  is: "tested",
  at: at(0),
  test,
  service: "app",
  image: "testme/fixture:1",
  network: "stack",
  end,
  ms: 1_200,
  lines: [],
  results: [],
  ...more,
});
const found = (...seen: Observation[]) =>
  testFindings(seen).flatMap((finding) =>
    finding.is === "tests-failed"
      ? [
          `${finding.failed.length} of ${finding.of}`,
          ...finding.failed.map(({ test, point, detail }) => [test, point ?? "whole", detail].join(" | ")),
        ]
      : [],
  );

describe("a test", () => {
  it.each<[string, TestEnd, string[]]>([
    ["that ends with 0 passed", exited(0), []],
    ["that ends with anything else failed", exited(3), ["1 of 1", "home | whole | the last word"]],
    [
      "that did not end in time failed",
      { is: "out-of-time", afterMs: 5_000 },
      ["1 of 1", "home | whole | the last word"],
    ],
    [
      "that was killed for memory failed",
      { is: "out-of-memory", limitBytes: 1 },
      ["1 of 1", "home | whole | the last word"],
    ],
    [
      "that was never started failed",
      { is: "unstarted", said: "no image" },
      ["1 of 1", "home | whole | the last word"],
    ],
  ])("%s", (_what, end, findings) => {
    expect(found(tested("home", end, { lines: ["first", "the last word", " "] }))).toEqual(findings);
  });
});

describe("the points of a test", () => {
  const [good, bad] = [point("login", "pass"), point("mail", "fail", "no relay")];

  it("count instead of it", () => {
    expect(found(tested("web", exited(0), { results: [good, bad] }))).toEqual([
      "1 of 2",
      "web | mail | no relay",
    ]);
  });

  it("explain its exit code", () => {
    expect(found(tested("web", exited(1), { results: [good, bad] }))).toEqual([
      "1 of 2",
      "web | mail | no relay",
    ]);
  });

  it("that are all good do not", () => {
    expect(found(tested("web", exited(1), { results: [good] }))).toEqual(["1 of 2", "web | whole | "]);
  });

  it("explain no end of another kind", () => {
    const end: TestEnd = { is: "out-of-time", afterMs: 5_000 };
    expect(found(tested("web", end, { results: [bad] }))).toEqual([
      "2 of 2",
      "web | mail | no relay",
      "web | whole | ",
    ]);
  });

  it("of all tests are one finding", () => {
    expect(
      found(
        tested("a", exited(1)),
        tested("b", exited(0)),
        tested("web", exited(0), { results: [good, bad] }),
      ),
    ).toEqual(["2 of 4", "a | whole | ", "web | mail | no relay"]);
  });
});

describe("a stage without a finding", () => {
  it("has shown nothing where there were no tests", () => {
    expect(unprovenTests([])?.reason).toMatch(
      /^the recipe has no tests of its own; add `tests:` to testme.yml/,
    );
  });

  it("has shown nothing where every point was skipped", () => {
    expect(unprovenTests([tested("web", exited(0), { results: [point("mail", "skip")] })])).toEqual({
      is: "unverified",
      reason: "the recipe's own tests skipped all that they have",
    });
  });

  it("has shown something where one passed", () => {
    expect(unprovenTests([tested("a", exited(0))])).toBeNull();
  });
});
