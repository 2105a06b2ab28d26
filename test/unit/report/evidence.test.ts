// What goes into an evidence file comes out of it: through JSON and the schema, each stage is judged to the same verdict and told
// in the same words.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidenceFile } from "../../../src/report/evidence.ts";
import { retell } from "../../../src/report/retell.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import { parseEvidence } from "../../../src/store/read-evidence.ts";
import { Fault, type Party } from "../../../src/verdict/fault.ts";
import { at, base, head, type Story } from "../../support/builders.ts";
import * as stories from "../verdict/stories.ts";
import { ended, installed, run, theBase, upgraded } from "./results.ts";

const throughTheFile = (result: StageResult) => {
  const written = evidenceFile(run, "docker stack deploy", [result]);
  const read = parseEvidence(JSON.stringify(written, null, 1), "the file");
  expect(read).toEqual(written);
  const [stage] = read.stages;
  if (!stage) throw new Error("the stage is lost");
  return { stage, ...retell(read.run, stage, read.stages) };
};
const survives = (result: StageResult): void => {
  const { difference, ...retold } = throughTheFile(result);
  expect(difference).toBeNull();
  expect(retold.result).toEqual(result);
  expect(JSON.stringify(retold.evidence)).toBe(JSON.stringify(retold.stage));
};

/** A story as the runner leaves it: closed at the moment at which the rules called it settled. */
const closed = (told: Story): Story => told.noted({ is: "settled", at: new Date(told.nowMs).toISOString() });
const over = Object.entries(stories).flatMap(([name, tell]) => {
  if (typeof tell !== "function" || tell.length > 0) return [];
  const told: unknown = (tell as () => unknown)(); // Some of the module's functions build parts of a story.
  return isStory(told) && told.judged().is === "settled" ? [[name, told] as const] : [];
});
function isStory(told: unknown): told is Story {
  return typeof told === "object" && told !== null && "judged" in told;
}

describe("the evidence file", () => {
  it("knows the stories that come to an end", () => {
    expect(over.length).toBeGreaterThan(30);
  });

  it.each(over)("%s survives as an upgrade and as an install", (_name, told) => {
    const result = upgraded(closed(told));
    survives(result);
    survives({ ...result, stage: "install", base: null });
  });

  it("keeps what only some stages have: a probe, a complaint, the base that failed", () => {
    const checkedOut = (told: Story) =>
      told.noted({ is: "checked-out", at: at(0), wanted: head, got: base, isDirty: true });
    survives(
      upgraded(closed(checkedOut(stories.startFirst())).probed({ is: "http", status: 502, fallback: null })),
    );
    survives(installed(closed(stories.installed()).probed({ is: "none", reason: "connection refused" })));
    survives(upgraded(closed(stories.crashLoop()), { failedAt: { act: "probe", version: theBase } }));
    const file = "compose.yml";
    survives({
      ...ended({ is: "pass" }),
      verdict: { is: "fail", findings: [{ is: "invalid-recipe", file, line: 3, reason: "no" }] },
      failedAt: { act: "check-out", version: theBase },
      observations: [{ is: "complaint", at: at(1), file, line: 3, reason: "no" }],
    });
  });

  it("keeps a fault apart from the same fault of the teardown", () => {
    const fault = new Fault("engine", "it is down", "Start it.");
    const stage = ended({ is: "inconclusive", fault });
    const titles = [
      { ...stage, cleanupFault: fault },
      { ...stage, cleanupFault: new Fault("engine", "it is down", "Start it.") },
      stage,
    ].map((result) => {
      survives(result);
      return throughTheFile(result).stage.told.summary;
    });
    expect(new Set(titles).size).toBe(3);
  });

  const words = fc.string({ unit: "binary", maxLength: 30 });
  const faults = fc
    .tuple(fc.constantFrom<Party>("engine", "git", "github", "dependency", "bot"), words, words)
    .map(([party, message, mend]) => new Fault(party, message, mend));
  const verdicts = fc.oneof(
    faults.map((fault) => ({ is: "inconclusive", fault }) as const),
    words.map((by) => ({ is: "cancelled", by }) as const),
    words.map((reason) => ({ is: "skipped", reason }) as const),
  );

  it("takes over what no rule decides, whatever the words", () => {
    const begun = fc.option(fc.constant(at(3)));
    fc.assert(
      fc.property(verdicts, fc.option(faults), begun, (verdict, cleanupFault, startedAt) =>
        // A stage that was begun is skipped by what it saw, and that is judged anew.
        survives({ ...ended(verdict), cleanupFault, startedAt: verdict.is === "skipped" ? null : startedAt }),
      ),
    );
  });
});

describe("a file that was edited", () => {
  const red = upgraded(closed(stories.exitCode(3)));
  const [written] = evidenceFile(run, "docker stack deploy", [red]).stages;
  if (!written) throw new Error("no stage was written");

  it("is told otherwise where an observation is another one, and the first line that differs is named", () => {
    const text = JSON.stringify(written)
      .replaceAll("non-zero exit (3)", "non-zero exit (4)")
      .replaceAll('"exitCode":3', '"exitCode":4');
    const { difference } = retell(run, JSON.parse(text), []);
    expect(difference).toEqual({
      line: "title",
      told: "Rolled back: discourse_app exited with code 3, Swarm restored eb96de94",
      retold: "Rolled back: discourse_app exited with code 4, Swarm restored eb96de94",
    });
  });

  it.each([
    ["verdict", { ...written, verdict: { is: "pass" } as const }],
    ["title", { ...written, told: { ...written.told, title: "All is well" } }],
    ["summary, line 1", { ...written, told: { ...written.told, summary: "" } }],
  ])("is told otherwise where its %s is another one", (line, edited) => {
    expect(retell(run, edited, []).difference?.line).toBe(line);
  });

  it("says where words were added or cut off at the end", () => {
    const longer = { ...written, told: { ...written.told, summary: `${written.told.summary}\nmore` } };
    expect(retell(run, longer, []).difference).toMatchObject({
      told: "more",
      retold: "(nothing: the text is over)",
    });
  });

  it("a pass does not hide what was seen to fail", () => {
    const green = upgraded(closed(stories.startFirst()));
    const [passed] = evidenceFile(run, "docker stack deploy", [green]).stages;
    if (!passed) throw new Error("no stage was written");
    expect(retell(run, { ...passed, observations: red.observations }, []).difference).toMatchObject({
      line: "verdict",
      told: "pass",
      retold: "fail: rolled-back",
    });
  });
});
