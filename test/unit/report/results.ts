// Finished stages for the reports: a story from verdict/stories.ts, judged, in the frame of one run.
import type { Run } from "../../../src/run/run.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import type { Version } from "../../../src/stages/stage.ts";
import { Fault } from "../../../src/verdict/fault.ts";
import type { Finding } from "../../../src/verdict/finding.ts";
import { servingFindings } from "../../../src/verdict/serving.ts";
import { type Verdict, verdictOf } from "../../../src/verdict/verdict.ts";
import { at, base, head, type Story, story } from "../../support/builders.ts";

export const run: Run = {
  id: "r-2026-01-05-1",
  recipe: "discourse",
  head,
  source: {
    is: "pull-request",
    owner: "coop-cloud",
    repo: "discourse",
    number: 7,
    installation: 1,
    cloneUrl: "https://example.org/coop-cloud/discourse.git",
    targetBranch: "main",
    askedBy: "ada",
  },
  stages: ["install", "upgrade"],
  from: null,
  acceptedAt: at(-10),
};

const theHead: Version = { is: "head", commit: head, ref: "7ae7b0f7" };
export const theBase: Version = { is: "base", commit: base, ref: "1.0.0+1.0" };

const frame = (verdict: StageResult["verdict"], told: Story): StageResult => ({
  stage: "upgrade",
  verdict,
  failedAt: verdict.is === "fail" ? { act: "roll-out", version: theHead } : null,
  base: theBase,
  observations: told.observations,
  cleanupFault: null,
  ladder: null,
  startedAt: at(0),
  endedAt: at(42),
});

/** An upgrade that ends as the rules judge this story. */
export const upgraded = (told: Story, more: Partial<StageResult> = {}): StageResult => {
  const judgement = told.judged();
  if (judgement.is !== "settled") throw new Error(`the story is not over: ${JSON.stringify(judgement)}`);
  const findings = [...judgement.findings, ...servingFindings(told.observations)];
  return { ...frame(verdictOf(findings), told), ...more };
};
export const installed = (told: Story, more: Partial<StageResult> = {}): StageResult =>
  upgraded(told, { stage: "install", base: null, ...more });

/** As a whole stage is: the pinned commit was checked out, under the lock of the app domain. */
export const prepared = (told: Story, { isDirty = false, got = head } = {}): Partial<StageResult> => ({
  observations: [
    { is: "locked", at: at(-3), appDomain: "disc-3f9a1c.ci.example.org", by: run.id },
    { is: "checked-out", at: at(-2), wanted: head, got, isDirty },
    ...told.observations,
  ],
});

export const failedWith = (finding: Finding): StageResult =>
  frame({ is: "fail", findings: [finding] }, story());
export const ended = (verdict: Exclude<StageResult["verdict"], Verdict & { is: "fail" }>): StageResult =>
  frame(verdict, story());

export const engineDown = new Fault(
  "engine",
  "connect ENOENT /var/run/docker.sock",
  "See that the engine is up, then re-run.",
);
