// Whatever was observed: the summary fits, ends with the run's own line, leaves no code open, and is the same bytes again
// when it is made anew from the stored file.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { summaryOf } from "../../../src/report/summary.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import type { Observation } from "../../../src/verdict/observation.ts";
import { judge, verdictOf } from "../../../src/verdict/verdict.ts";
import { at, failed, type Story, service, task, update } from "../../support/builders.ts";
import * as told from "../verdict/stories.ts";
import { outsideCode } from "./outside-code.ts";
import { run, upgraded } from "./results.ts";
import * as rich from "./rich-stories.ts";

const LIMIT = 65_535;
const nasty = fc.constantFrom(
  "x",
  "é",
  "😀",
  "`",
  "```\n",
  "|",
  "<b>",
  "</details>\n",
  "\u001b[2J",
  "\n",
  "@everyone ",
);
const text = fc.tuple(nasty, fc.nat(600)).map(([piece, times]) => piece.repeat(times));
const texts = fc.array(text, { maxLength: 20 });
const seconds = fc.double({ min: -5, max: 400, noNaN: true });

type Change = (story: Story) => unknown;
const change: fc.Arbitrary<Change> = fc.oneof(
  texts.map(
    (lines): Change =>
      (s) =>
        s.log("new1", lines),
  ),
  fc.tuple(text, text).map(
    ([what, why]): Change =>
      (s) =>
        s.missed(what, why),
  ),
  fc.tuple(text, seconds).map(
    ([action, when]): Change =>
      (s) =>
        s.event(action, { task: "new1", at: at(when) }),
  ),
  texts.map(
    (outputs): Change =>
      (s) =>
        s.container("new1", {
          exitCode: 137,
          error: outputs[0] ?? "",
          health: {
            status: "unhealthy",
            checks: outputs.map((output, i) => ({ at: at(i), exitCode: i, output })),
          },
        }),
  ),
  fc
    .tuple(
      texts,
      text,
      fc.integer({ min: 11, max: 99 }),
      fc.constantFrom("updating", "completed", "paused", "rollback_paused", "odd"),
    )
    .map(
      ([lines, image, version, state]): Change =>
        (s) =>
          s.saw(
            service("app", version, {
              lines,
              image,
              labels: Object.fromEntries(lines.map((l, i) => [`${l}${i}`, l])),
              update: update(state, { message: image }),
            }),
          ),
    ),
  fc.tuple(fc.integer({ min: 1, max: 60 }), text, seconds).map(
    ([n, error, since]): Change =>
      (s) =>
        s.tasks({
          fresh: Array.from({ length: n }, (_, i) => failed(`new${i + 1}`, 137, { error, since })),
          stale: [task("old1", "running", { born: -3_600, message: error })],
        }),
  ),
  fc.tuple(fc.nat(4_096), fc.nat(9)).map(
    ([free, kills]): Change =>
      (s) =>
        s.memory(free, { containers: { new1: free }, kills: { host: kills }, parentMiB: free }),
  ),
  seconds.map(
    (s): Change =>
      (story) =>
        story.after(Math.abs(s) / 50),
  ),
);

const start = fc.constantFrom<() => Story>(
  told.updating,
  told.outOfMemory,
  told.crashLoop,
  told.overwritten,
  rich.settledLate,
);
const anyResult = fc.tuple(start, fc.array(change, { maxLength: 15 })).map(([tell, changes]): StageResult => {
  const story = tell();
  for (const apply of changes) apply(story);
  story.deadline();
  const judgement = story.judged();
  const verdict = verdictOf(judgement.is === "settled" ? judgement.findings : []);
  return upgraded(told.startFirst(), { verdict, observations: story.observations });
});

/** As `testme explain` does: the stored observations, judged anew. */
const again = (result: StageResult): StageResult => {
  const observations: Observation[] = JSON.parse(JSON.stringify(result.observations));
  const judgement = judge(observations, Number.MAX_SAFE_INTEGER);
  return {
    ...result,
    observations,
    verdict: verdictOf(judgement.is === "settled" ? judgement.findings : []),
  };
};

describe("the summary of whatever was observed", () => {
  it("fits, and ends with the run's own line", () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        const summary = summaryOf(run, result);
        expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(LIMIT);
        expect(summary.endsWith("</sub>")).toBe(true);
        expect(outsideCode(summary)).not.toMatch(/@everyone|<b>/);
        if (result.verdict.is === "fail") expect(summary).toMatch(/^(\*\*What happened|`{3,})/);
      }),
      { numRuns: 100 },
    );
  });

  it("is the same again, from the stored file", () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        expect(summaryOf(run, again(result))).toBe(summaryOf(run, result));
      }),
      { numRuns: 40 },
    );
  });
});
