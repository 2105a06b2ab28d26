// A recipe's own tests as a maintainer reads them. `vitest -u` writes the golden files anew.
import { describe, expect, it } from "vitest";
import { checkRunOf } from "../../../src/report/check-run.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import { testFindings } from "../../../src/verdict/own-test-rules.ts";
import type { TestObservation } from "../../../src/verdict/own-tests.ts";
import { provenVerdict } from "../../../src/verdict/proof.ts";
import { at, story } from "../../support/builders.ts";
import { run } from "./results.ts";

const tested = (test: string, more: Partial<TestObservation> = {}): TestObservation => ({
  is: "tested",
  at: at(20),
  test,
  service: "app",
  image: "testme/fixture:1",
  network: "stack",
  end: { is: "exited", code: 0 },
  ms: 1_240,
  lines: [],
  results: [],
  ...more,
});
const custom = (...seen: TestObservation[]): StageResult => {
  const told = seen.reduce((before, one) => before.noted(one), story());
  return {
    stage: "custom",
    verdict: provenVerdict("custom", told.observations, testFindings(told.observations)),
    failedAt: null,
    base: null,
    observations: told.observations,
    cleanupFault: null,
    ladder: null,
    startedAt: at(0),
    endedAt: at(42),
  };
};
const outputOf = (result: StageResult) => checkRunOf(run, result.stage, { is: "done", result }).output;

const home = tested("home page", {
  end: { is: "exited", code: 1 },
  lines: ["GET / …", "expected 200, got 500", ""],
});
const web = tested("web", {
  ms: 61_500,
  end: { is: "exited", code: 1 },
  lines: [
    "1..4",
    "ok 1 - login",
    "not ok 2 - mail",
    "# no relay at localhost:25",
    "ok 3 - search # SKIP no index",
    "ok 4 - feed",
  ],
  results: [
    { name: "login", status: "pass", detail: "" },
    { name: "mail", status: "fail", detail: "no relay at localhost:25" },
    { name: "search", status: "skip", detail: "no index" },
    { name: "feed", status: "pass", detail: "" },
  ],
});
const pages: readonly (readonly [string, StageResult])[] = [
  [
    "tests-passed",
    custom(tested("home page"), tested("login"), {
      ...web,
      end: { is: "exited", code: 0 },
      results: web.results.filter(({ status }) => status !== "fail"),
    }),
  ],
  ["tests-failed", custom(home, tested("login"), tested("feed"))],
  ["tests-failed-points", custom(tested("home page"), web)],
  [
    "tests-failed-ends",
    custom(
      tested("slow", {
        end: { is: "out-of-time", afterMs: 300_000 },
        ms: 300_010,
        lines: ["waiting for the index"],
      }),
      tested("hungry", { end: { is: "out-of-memory", limitBytes: 256 * 1024 ** 2 }, ms: 900 }),
      tested("lost", {
        end: { is: "unstarted", said: 'exec: "/tests/lost.sh": no such file or directory' },
        ms: 0,
      }),
    ),
  ],
  ["tests-none", custom()],
];

describe("the whole summary", () => {
  it.each(pages)("%s", async (name, result) => {
    const { title, summary } = outputOf(result);
    await expect(`${title}\n(${result.verdict.is})\n\n${summary}\n`).toMatchFileSnapshot(
      `../../fixtures/golden/${name}.md`,
    );
  });

  it("names what failed in the title, and how many of how many", () => {
    expect(pages.map(([, result]) => outputOf(result).title)).toEqual([
      "4 tests passed, 1 skipped",
      "1 of 3 tests failed: home page (exit code 1: expected 200, got 500)",
      "1 of 5 tests failed: web: mail (no relay at localhost:25)",
      'All 3 tests failed: slow (not over after 300 s: waiting for the index); hungry (killed at its limit of 256 MiB of memory); lost (could not be started: exec: "/tests/lost.sh": no such file or directory)',
      "Unverified: the recipe has no tests of its own; add `tests:` to testme.yml, or skip custom there with a reason",
    ]);
  });

  it("fits, with the story whole, however much the tests said", () => {
    const many = Array.from({ length: 60 }, (_, nth) =>
      tested(`test ${nth}`, { end: { is: "exited", code: 1 }, lines: Array(200).fill("x".repeat(1_000)) }),
    );
    const { summary } = outputOf(custom(...many));
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
    expect(summary).toContain("60 of the recipe's own 60 tests failed: `test 0`");
    expect(summary).toMatch(/shortened|left out/);
  });

  it("lets nothing from a test out of its place", () => {
    const attack = "</summary></details>`|\n## @everyone\u001b[31m<script>";
    const result = custom(
      tested(attack, {
        end: { is: "exited", code: 1 },
        lines: [attack, "```"],
        results: [{ name: attack, status: "fail", detail: attack }],
      }),
    );
    const { title, summary } = outputOf(result);
    expect(title).not.toContain("\n");
    expect(title).not.toContain("\u001b");
    expect(summary).not.toContain("\u001b");
    // What is neither in a fence nor in a span of code.
    const bare = summary
      .replaceAll(/(`{3,})[^`][\s\S]*?\n\1/g, "")
      .replaceAll(/(`+)[^`]([\s\S]*?[^`])?\1(?!`)/g, "");
    expect(bare).not.toMatch(/@everyone|<script>|<\/summary><\/details>`/);
  });
});
