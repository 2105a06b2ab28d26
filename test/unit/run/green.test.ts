/** Which runs make their head a green commit of its target branch. */
import { expect, test } from "vitest";
import { greenOf } from "../../../src/run/green.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import { STAGES, type StageName } from "../../../src/stages/stage.ts";
import { ended, engineDown, failedWith, run } from "../report/results.ts";

const pass = ended({ is: "pass" });
const skip = ended({ is: "skipped", reason: "so" });
const unverified = ended({ is: "unverified", reason: "so" });
const fault = ended({ is: "inconclusive", fault: engineDown });
const red = failedWith({ is: "deploy-refused", by: "docker", said: "no" });
const whole = (differing: Partial<Record<StageName, StageResult>> = {}): StageResult[] =>
  STAGES.map((stage) => ({ ...(differing[stage] ?? pass), stage }));
const all = { ...run, stages: STAGES };

test("a whole run that passed makes its head green on the target branch, at its level", () => {
  expect(greenOf(all, whole({ custom: unverified }))).toEqual({
    repository: "coop-cloud/discourse",
    branch: "main",
    head: run.head,
    runId: run.id,
    level: 3,
    at: pass.endedAt,
  });
});

test.each<[string, Partial<Record<StageName, StageResult>>, boolean]>([
  ["nothing to upgrade from", { upgrade: skip }, true],
  ["no backup and no tests", { backup: unverified, restore: unverified, custom: unverified }, true],
  ["an upgrade that nobody has shown", { upgrade: unverified }, false],
  ["an install that nobody has shown", { install: unverified }, false],
  ["a red restore", { restore: red }, false],
  ["a fault", { custom: fault }, false],
  ["a cancel", { lint: ended({ is: "cancelled", by: "ada" }) }, false],
  ["all skipped, so that nothing was shown", Object.fromEntries(STAGES.map((stage) => [stage, skip])), false],
])("of a whole run with %s", (_, differing, is) => {
  expect(greenOf(all, whole(differing)) !== null).toBe(is);
});

test("a run of some stages makes none, and neither does one from a terminal", () => {
  expect(greenOf(all, whole().slice(0, -1))).toBeNull();
  expect(greenOf({ ...all, source: { is: "local", path: "wiki" } }, whole())).toBeNull();
});
