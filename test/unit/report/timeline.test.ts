// The timeline: what is folded and what never is, and that a death stands beside the host's memory.
import { describe, expect, it } from "vitest";
import { timelineBlock } from "../../../src/report/evidence/timeline.ts";
import { rolloutsIn } from "../../../src/verdict/rollout.ts";
import { at, failed, type Story, service, story } from "../../support/builders.ts";
import * as told from "../verdict/stories.ts";
import { longLoop, outOfMemoryInFull } from "./rich-stories.ts";

const versions = ({ observations }: Story): readonly string[] => {
  const [rollout] = rolloutsIn(observations);
  if (!rollout) throw new Error("the story has no rollout");
  return timelineBlock(rollout, observations, "THE END").texts;
};
const linesOf = (text = ""): string[] => text.split("\n").slice(4, -1);
const lines = (of: Story): string[] => linesOf(versions(of)[0]);

describe("a long rollout", () => {
  const loop = longLoop(40);
  const full = lines(loop);

  it("is folded to about sixty lines, and says what is not told", () => {
    expect(full.length).toBeLessThanOrEqual(60);
    expect(full.join("\n")).toMatch(/in between, not told here: .*\d+ task states/);
  });

  it.each([0, 1, 2])("keeps its ends and each death, in version %i", (version) => {
    const shown = linesOf(versions(loop)[version]);
    expect(shown[0]).toContain("before the deploy");
    expect(shown.at(-1)).toContain("verdict: THE END");
    expect(shown.filter((line) => line.includes("✘ task new")).length).toBe(40);
  });

  it("has shorter versions", () => {
    const sizes = versions(longLoop(4)).map((text) => text.length);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(new Set(sizes).size).toBe(sizes.length);
  });

  it("keeps each change of UpdateStatus, however many there are", () => {
    const many = told.updating();
    for (let n = 0; n < 90; n += 1)
      many.after(1).saw(
        service("app", 20 + n, {
          update: { state: n % 2 ? "updating" : "paused", startedAt: at(n), completedAt: null, message: "" },
        }),
      );
    expect(lines(many).filter((line) => line.includes("UpdateStatus")).length).toBe(91);
  });
});

describe("a moment", () => {
  it("of death has the memory of just before it beside it", () => {
    const death = lines(outOfMemoryInFull()).find((line) => line.includes("✘"));
    expect(death).toMatch(/^ +4\.350 {2}12:00:04\.350 {2}█░+ +640 MiB +█+░+ 69 % +✘ task new1 failed/);
  });

  it("has no memory beside it that was read long before", () => {
    const of = story().memory(900).after(4).missed("events", "the stream broke");
    expect(lines(of).find((line) => line.includes("the stream broke"))).not.toContain("MiB");
  });

  it("comes in the order of time, whoever's clock it is by", () => {
    const late = told
      .standing()
      .after(5)
      .tasks({ fresh: [failed("new1", 1, { since: 2 })] });
    late.event("die", { task: "new1", at: at(1.9) });
    const order = lines(late).map((line) => line.trim().split(" ")[0]);
    expect(order).toEqual(["0.000", "1.900", "2.000", "5.000"]);
  });

  it("that the engine's stream told twice is told once", () => {
    const twice = told
      .standing()
      .event("oom", { task: "new1", at: at(1) })
      .event("oom", { task: "new1", at: at(1) });
    expect(lines(twice).filter((line) => line.includes("oom")).length).toBe(1);
  });

  it("is told of a rollback's state that only the event stream saw", () => {
    const missed = told.updating().serviceEvent("update", "rollback_started");
    expect(lines(missed).join("\n")).toContain("UpdateStatus rollback_started, which was not read in time");
    const seen = told.updating().serviceEvent("update", "updating");
    expect(lines(seen).join("\n")).not.toContain("not read in time");
  });

  it("after the verdict is not told", () => {
    const over = told.startFirst().noted({ is: "settled", at: at(7) });
    over.after(60).event("die", { task: "after" });
    const rollout = rolloutsIn(told.startFirst().observations)[0];
    if (!rollout) throw new Error("the story has no rollout");
    const [text = ""] = timelineBlock(rollout, over.observations, "THE END").texts;
    expect(linesOf(text).at(-1)).toMatch(/^ +7\.000 .*THE END$/);
    expect(text).not.toContain("after");
  });
});
