/** When a rollout is called settled: not by the clock alone while the engine may have more to tell. */
import { expect, it } from "vitest";
import { followRollout } from "../../../src/runner/follow-rollout.ts";
import { judge } from "../../../src/verdict/verdict.ts";
import { failed, type Story, service, task, update } from "../../support/builders.ts";
import { brief } from "../verdict/brief.ts";
import * as told from "../verdict/stories.ts";

const completed = (): Story =>
  told
    .updating()
    .deployed()
    .after(1)
    .tasks({ stale: [told.old1Gone], fresh: [task("new1", "running", { since: 1 })] })
    .saw(service("app", 14, { update: update("completed", { done: 2 }) }));

/** Follows the story on an engine that tells `late` only where it is looked at. */
const follow = async (story: Story, late: (story: Story) => void) => {
  let looks = 0;
  await followRollout({
    recorder: {
      async look() {
        looks += 1;
        if (looks === 1) late(story);
      },
      async changed(untilMs) {
        story.after(Math.max(0, (untilMs ?? 0) - story.nowMs) / 1000);
      },
      stop: async () => undefined,
    },
    observations: story.observations,
    note: story.noted,
    doing: () => undefined,
    deadlineMs: 60_000,
    now: () => new Date(story.nowMs),
    signal: new AbortController().signal,
  });
  return { looks, judged: brief(judge(story.observations, story.nowMs)) };
};

it("a death that is not read yet when the watch is over is no pass", async () => {
  const dies = (story: Story) =>
    story
      .tasks({ stale: [told.old1Gone], fresh: [failed("new1", 3, { since: 5.5 }), task("new2", "ready")] })
      .container("new1", { exitCode: 3 });
  expect((await follow(completed(), dies)).judged).toBe("app settled-late, new1, exited");
});

it("where nothing more is to be told, one look is enough", async () => {
  expect(await follow(completed(), () => undefined)).toEqual({ looks: 1, judged: "good" });
});

it("what is settled when the deploy is back was looked at just then", async () => {
  const story = told.labelsOnly().deployed();
  expect(await follow(story, () => undefined)).toEqual({ looks: 0, judged: "good" });
});
