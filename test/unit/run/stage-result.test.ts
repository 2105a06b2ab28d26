import { describe, expect, it } from "vitest";
import { type RunVerdict, runVerdict, type StageResult } from "../../../src/run/stage-result.ts";
import { Fault } from "../../../src/verdict/fault.ts";
import { at } from "../../support/builders.ts";

const verdicts = {
  pass: { is: "pass" },
  fail: { is: "fail", findings: [{ is: "deploy-refused", by: "docker stack deploy", said: "no" }] },
  inconclusive: { is: "inconclusive", fault: new Fault("engine", "gone", "Mend it.") },
  cancelled: { is: "cancelled", by: "ada" },
  skipped: { is: "skipped", reason: "no base" },
  unverified: { is: "unverified", reason: "nothing was marked" },
} satisfies Record<StageResult["verdict"]["is"], StageResult["verdict"]>;
type Is = keyof typeof verdicts;

const result = (is: Is): StageResult => ({
  stage: "install",
  verdict: verdicts[is],
  failedAt: null,
  base: null,
  observations: [],
  cleanupFault: null,
  ladder: null,
  startedAt: at(0),
  endedAt: at(1),
});

describe("the worst stage speaks for the run", () => {
  const table: readonly (readonly [readonly Is[], RunVerdict])[] = [
    [["pass", "pass"], "pass"],
    [["pass", "skipped"], "pass"],
    [["pass", "unverified"], "pass"],
    [["unverified", "cancelled"], "cancelled"],
    [["pass", "fail"], "fail"],
    [["fail", "inconclusive"], "fail"],
    [["inconclusive", "fail", "cancelled"], "fail"],
    [["pass", "inconclusive"], "inconclusive"],
    [["cancelled", "inconclusive"], "inconclusive"],
    [["pass", "cancelled"], "cancelled"],
    [["skipped", "cancelled"], "cancelled"],
  ];
  it.each(table)("%o is %s", (stages, verdict) => {
    expect(runVerdict(stages.map(result))).toBe(verdict);
    expect(runVerdict(stages.toReversed().map(result))).toBe(verdict);
  });
});
