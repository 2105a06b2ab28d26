/** The level, told as tables of what the stages ended in; and that it never overstates, whatever they ended in. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levelOf, RUNGS, type RungStatus } from "../../../src/run/ladder.ts";
import { ladderOf } from "../../../src/run/level.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import { STAGES, type StageName } from "../../../src/stages/stage.ts";
import { ended, engineDown, failedWith } from "../report/results.ts";

const ends = {
  pass: ended({ is: "pass" }),
  fail: failedWith({ is: "deploy-refused", by: "docker stack deploy", said: "no" }),
  skipped: ended({ is: "skipped", reason: "the recipe says so" }),
  unverified: ended({ is: "unverified", reason: "nothing was marked" }),
  inconclusive: ended({ is: "inconclusive", fault: engineDown }),
  cancelled: ended({ is: "cancelled", by: "cancelled by ada" }),
} satisfies Record<StageResult["verdict"]["is"], StageResult>;
type End = keyof typeof ends;
/** "absent": the stage was not taken. */
type Ends = Partial<Record<StageName, End | "absent">>;

const resultsOf = (differing: Ends, otherwise: End | "absent" = "pass"): StageResult[] =>
  STAGES.flatMap((stage) => {
    const end = differing[stage] ?? otherwise;
    return end === "absent" ? [] : [{ ...ends[end], stage }];
  });
const rung = (differing: Ends, name: (typeof RUNGS)[number]) =>
  ladderOf(resultsOf(differing)).rungs.find((one) => one.rung === name);

describe("the level is the highest rung that passed with every lower one passed or skipped", () => {
  it.each<[string, Ends, number]>([
    ["all pass", {}, 5],
    ["a failed install", { install: "fail" }, 0],
    ["a failed upgrade", { upgrade: "fail" }, 1],
    ["a skipped upgrade", { upgrade: "skipped" }, 5],
    ["no backup on purpose", { backup: "skipped", restore: "skipped" }, 5],
    ["an unverified backup", { backup: "unverified" }, 2],
    ["an unverified restore", { restore: "unverified" }, 2],
    ["a failed restore", { restore: "fail" }, 2],
    ["no own tests", { custom: "unverified" }, 3],
    ["no own tests on purpose", { custom: "skipped" }, 5],
    ["an unverified lint", { lint: "unverified" }, 4],
    ["a skipped lint", { lint: "skipped" }, 4],
    [
      "install and upgrade alone",
      { backup: "absent", restore: "absent", custom: "absent", lint: "absent" },
      2,
    ],
    ["a fault after the install", { upgrade: "inconclusive", backup: "cancelled" }, 1],
    [
      "all skipped but the install",
      { upgrade: "skipped", backup: "skipped", restore: "skipped", custom: "skipped", lint: "skipped" },
      1,
    ],
  ])("%s", (_, differing, level) => {
    expect(ladderOf(resultsOf(differing)).level).toBe(level);
  });

  it("nothing at all is level 0", () => {
    expect(ladderOf([])).toEqual({
      level: 0,
      rungs: RUNGS.map((name) => ({ rung: name, status: "unverified", reason: "not asked for" })),
    });
  });
});

it.each<[End, RungStatus, string | null]>([
  ["pass", "pass", null],
  ["fail", "fail", "deploy-refused"],
  ["skipped", "skip", "the recipe says so"],
  ["unverified", "unverified", "nothing was marked"],
  ["inconclusive", "unverified", "connect ENOENT /var/run/docker.sock"],
  ["cancelled", "unverified", "cancelled by ada"],
])("a stage that ended in %s is a rung that is %s: %s", (end, status, reason) => {
  expect(rung({ custom: end }, "custom")).toEqual({ rung: "custom", status, reason });
});

describe("backup and restore are one rung, and what either lacks, both lack", () => {
  it.each<[End | "absent", End | "absent", RungStatus, string | null]>([
    ["pass", "pass", "pass", null],
    ["fail", "pass", "fail", "deploy-refused"],
    ["pass", "fail", "fail", "deploy-refused"],
    ["unverified", "fail", "fail", "deploy-refused"],
    ["fail", "cancelled", "fail", "deploy-refused"],
    ["unverified", "unverified", "unverified", "nothing was marked"],
    ["unverified", "pass", "unverified", "backup: nothing was marked"],
    ["unverified", "skipped", "unverified", "backup: nothing was marked"],
    ["pass", "unverified", "unverified", "restore: nothing was marked"],
    ["skipped", "unverified", "unverified", "restore: nothing was marked"],
    ["pass", "absent", "unverified", "restore: not asked for"],
    ["absent", "pass", "unverified", "backup: not asked for"],
    ["skipped", "skipped", "skip", "the recipe says so"],
    // It made the archive that it restored.
    ["skipped", "pass", "pass", null],
    // An archive that nobody has restored is no backup yet.
    ["pass", "skipped", "skip", "the recipe says so"],
  ])("%s and %s", (backup, restore, status, reason) => {
    const got = rung({ backup, restore }, "backup-restore");
    expect(got).toEqual({ rung: "backup-restore", status, reason });
  });
});

describe("rules that are broken", () => {
  const linted = (...rules: [string, "kept" | "broken", "error" | "warning"][]): StageResult[] => {
    const report = {
      rules: rules.map(([rule, status, severity]) => ({ rule, status, severity, remarks: [] })),
    };
    const [lint] = resultsOf({}).slice(-1);
    if (!lint) throw new Error("lint is the last stage");
    return [
      ...resultsOf({}).slice(0, -1),
      { ...lint, observations: [{ is: "linted", at: "2026-01-05T12:00:00Z", report }] },
    ];
  };

  it("leave the lint green, and are no rung that passed", () => {
    const { level, rungs } = ladderOf(
      linted(
        ["app-service", "broken", "error"],
        ["image-tagged", "broken", "error"],
        ["timeout", "kept", "error"],
      ),
    );
    expect(level).toBe(4);
    expect(rungs.at(-1)).toEqual({ rung: "lint", status: "fail", reason: "app-service, image-tagged" });
  });

  it("hold nothing down where they only advise", () => {
    const { level, rungs } = ladderOf(linted(["healthcheck", "broken", "warning"]));
    expect([level, rungs.at(-1)?.status]).toEqual([5, "pass"]);
  });
});

const anyEnd = fc.constantFrom<End | "absent">(...(Object.keys(ends) as End[]), "absent");
const anyEnds = fc.record(
  Object.fromEntries(STAGES.map((stage) => [stage, anyEnd])) as Record<StageName, typeof anyEnd>,
);

describe("it never overstates", () => {
  it("what failed or was not shown never raises the level", () => {
    const worse = fc.constantFrom<End | "absent">(
      "fail",
      "unverified",
      "inconclusive",
      "cancelled",
      "absent",
    );
    fc.assert(
      fc.property(anyEnds, fc.constantFrom(...STAGES), worse, (was, stage, now) => {
        const before = ladderOf(resultsOf(was)).level;
        expect(ladderOf(resultsOf({ ...was, [stage]: now })).level).toBeLessThanOrEqual(before);
      }),
    );
  });

  it("a level is a rung that passed, above none that did not pass or was not skipped", () => {
    fc.assert(
      fc.property(anyEnds, (was) => {
        const { level, rungs } = ladderOf(resultsOf(was));
        if (level > 0) expect(rungs[level - 1]?.status).toBe("pass");
        for (const { status } of rungs.slice(0, level)) expect(["pass", "skip"]).toContain(status);
        // Nor is it lower than it may be.
        const next = rungs.slice(level).find(({ status }) => status !== "skip");
        if (next) expect(next.status).not.toBe("pass");
      }),
    );
  });

  it("what did not pass says why, and only that", () => {
    fc.assert(
      fc.property(anyEnds, (was) => {
        for (const { status, reason } of ladderOf(resultsOf(was)).rungs)
          expect(reason === null).toBe(status === "pass");
      }),
    );
  });
});

it("counts rungs, not stages", () => {
  expect(levelOf(["pass", "skip", "skip", "pass", "fail"])).toBe(4);
  expect(levelOf(["skip", "skip", "skip", "skip", "skip"])).toBe(0);
});
