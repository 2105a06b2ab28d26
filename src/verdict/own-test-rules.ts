/**
 * What the recipe's own tests find wrong. A test passes by ending with 0; one that tells of its points in the Test Anything Protocol
 * (tap.ts) passes by each of them too. Pure.
 */
import type { Finding } from "./finding.ts";
import type { Observation } from "./observation.ts";
import type { TestEnd, TestObservation, TestResult } from "./own-tests.ts";
import type { Unproven } from "./unproven.ts";

type Tested = TestObservation;
/** One result: a point of a test, or a test that has none. */
export type Told = TestResult & { test: string; point: string | null; end: TestEnd; ms: number };

export const testsIn = (seen: readonly Observation[]): readonly Tested[] =>
  seen.filter((o) => o.is === "tested");

/** All results, in the order of the tests. The time is the whole test's. */
export const resultsIn = (seen: readonly Observation[]): readonly Told[] =>
  testsIn(seen).flatMap((tested): Told[] => {
    const { test, end, ms, results } = tested;
    const points = results.map((result): Told => ({ ...result, test, point: result.name, end, ms }));
    return isAsTold(tested) ? points : [...points, { ...whole(tested), test, point: null, end, ms }];
  });

/** Whether its points say all that there is to say: they explain an exit code, and nothing else. */
const isAsTold = ({ end, results }: Tested): boolean => {
  if (results.length === 0 || end.is !== "exited") return false;
  return end.code === 0 || results.some(({ status }) => status === "fail");
};

const whole = ({ test, end, lines }: Tested): TestResult => {
  const isGood = end.is === "exited" && end.code === 0;
  const last = lines.findLast((line) => line.trim() !== "") ?? "";
  return { name: test, status: isGood ? "pass" : "fail", detail: isGood ? "" : last };
};

export const testFindings = (seen: readonly Observation[]): readonly Finding[] => {
  const results = resultsIn(seen);
  const failed = results
    .filter(({ status }) => status === "fail")
    .map(({ test, point, detail, end }) => ({ test, point, detail, end }));
  return failed.length === 0 ? [] : [{ is: "tests-failed", failed, of: results.length }];
};

/** Null where something was tested. */
export const unprovenTests = (seen: readonly Observation[]): Unproven | null => {
  const results = resultsIn(seen);
  if (results.length === 0)
    return {
      is: "unverified",
      reason:
        "the recipe has no tests of its own; add `tests:` to testme.yml, or skip custom there with a reason",
    };
  return results.every(({ status }) => status === "skip")
    ? { is: "unverified", reason: "the recipe's own tests skipped all that they have" }
    : null;
};
