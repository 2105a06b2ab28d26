// What a maintainer reads of a finished stage, in full. `vitest -u` writes the golden files anew: read them as one who
// knows nothing but this text before you commit them.
import { describe, expect, it } from "vitest";
import {
  type Conclusion,
  checkRunOf,
  conclusionOf,
  externalId,
  parseExternalId,
} from "../../../src/report/check-run.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import { Fault } from "../../../src/verdict/fault.ts";
import { at, commit, type Look, type Story, task } from "../../support/builders.ts";
import * as told from "../verdict/stories.ts";
import { ended, engineDown, failedWith, installed, run, theBase, upgraded } from "./results.ts";

const checkOf = (result: StageResult) => checkRunOf(run, result.stage, { is: "done", result });
const golden = async (name: string, result: StageResult) => {
  const { output, progress } = checkOf(result);
  const conclusion = progress.status === "completed" ? progress.conclusion : progress.status;
  const page = `${output.title}\n(${conclusion})\n\n${output.summary}\n`;
  await expect(page).toMatchFileSnapshot(`../../fixtures/golden/${name}.md`);
};
const checkedOut = (told: Story): Story =>
  told.noted({ is: "checked-out", at: at(0), wanted: run.head, got: run.head, isDirty: false });

const pages: readonly (readonly [string, StageResult])[] = [
  ["rolled-back-out-of-memory", upgraded(told.outOfMemory())],
  ["rolled-back-exit-code", upgraded(told.exitCode())],
  ["rolled-back-killed", upgraded(told.killed())],
  ["rolled-back-unhealthy", upgraded(told.unhealthy())],
  ["rolled-back-no-image", upgraded(told.rejected("No such image: app:1.1"))],
  ["rolled-back-never-seen-live", upgraded(told.missedLive())],
  ["rolled-back-by-hand", upgraded(told.byHand())],
  ["rolled-back-neighbour", upgraded(told.dbRolledBack())],
  ["rolled-back-and-wrong-stamp", upgraded(told.wrongStampRolledBack())],
  ["rollback-failed-too", upgraded(told.rollbackFailed())],
  ["stamp-never-applied", upgraded(told.stampedAs("0ddba11c"))],
  ["stamp-overwritten", upgraded(told.overwritten())],
  ["stamp-absent", upgraded(told.stampedAs(null))],
  ["paused", upgraded(told.halfWay())],
  ["crash-loop", installed(told.crashLoop())],
  ["given-up", installed(told.givenUp())],
  ["not-converged", upgraded(told.neverScheduled())],
  ["not-converged-rollback", upgraded(told.rollbackStuck())],
  ["service-gone", upgraded(told.removedByHand())],
  ["deploy-refused", upgraded(told.refused())],
  [
    "invalid-recipe",
    failedWith({
      is: "invalid-recipe",
      file: "compose.yml",
      line: 12,
      reason: "services.app.ports.0 must be a number",
    }),
  ],
  ["not-serving", upgraded(told.startFirst().probed({ is: "http", status: 502 }))],
  ["not-serving-no-answer", upgraded(told.startFirst().probed({ is: "none", reason: "connection refused" }))],
  ["base-fails", upgraded(told.crashLoop(), { failedAt: { act: "roll-out", version: theBase } })],
  ["inconclusive-engine-down", ended({ is: "inconclusive", fault: engineDown })],
  [
    "inconclusive-teardown",
    { ...ended({ is: "inconclusive", fault: engineDown }), cleanupFault: engineDown },
  ],
  ["cancelled", ended({ is: "cancelled", by: "a newer commit was pushed" })],
  [
    "skipped",
    {
      ...ended({ is: "skipped", reason: "the recipe has no release to upgrade from" }),
      base: null,
      startedAt: null,
    },
  ],
  ["pass-install", installed(checkedOut(told.installed()).probed({ is: "http", status: 200 }))],
  ["pass-upgrade", upgraded(checkedOut(told.oldSins()).probed({ is: "http", status: 302 }))],
  ["pass-beside-stale-neighbour", upgraded(checkedOut(told.staleNeighbour()))],
];

describe("the whole summary", () => {
  it.each(pages)("%s", (name, result) => golden(name, result));

  it("every page that is no pass has a title of its own, and each title fits", () => {
    const titles = pages.map(([, result]) => checkOf(result).output.title);
    const red = titles.filter((_, index) => pages[index]?.[1].verdict.is !== "pass");
    // The teardown's fault is told in the summary.
    expect(red.filter((title, index) => red.indexOf(title) !== index)).toEqual([
      `Could not be judged: ${engineDown.message}`,
    ]);
    for (const title of titles) expect(title.length).toBeLessThanOrEqual(255);
  });

  it.each(pages)("%s has no loose ends: missing words, empty code, wrong numbers", (_name, result) => {
    const { summary } = checkOf(result).output;
    const [story = ""] = summary.split("\n\n");
    expect(story).not.toMatch(/undefined|\[object|NaN|\bnull\b|\.\.|``/);
    expect(story).not.toMatch(/\b1 tasks\b|\bit (?:no|connection)\b|\d \d+(?:\.\d)? s\b/);
    expect(story).not.toMatch(/\.\*\* (?:it|the|a)\b/);
    // "Its" needs somebody whose it is.
    expect(story).not.toMatch(/What happened\.\*\* Its /);
    expect(summary).not.toMatch(/\b1 older failed tasks\b/);
  });
});

describe("what the words may not say", () => {
  const summary = (result: StageResult) => checkOf(result).output.summary;

  it("of a service that carries no stamp: that it did carry the commit", () => {
    expect(summary(upgraded(told.dbRolledBack()))).not.toMatch(/did carry|stamp `none`|`the previous spec`/);
  });

  it("of a deploy whose stamp was another's: that the service did carry the commit", () => {
    expect(summary(upgraded(told.wrongStampRolledBack()))).not.toContain("did carry `7ae7b0f7`");
  });

  it("of the new spec that nobody saw: what its update_config was", () => {
    const look: Look = { policy: null };
    expect(summary(upgraded(told.missedLive(look)))).not.toContain("The recipe sets no `update_config`");
  });

  it("of a rollback that has no end: that nothing was rolled back and no task failed", () => {
    expect(summary(upgraded(told.rollbackStuck()))).not.toMatch(/nothing was rolled back|No task failed/);
  });

  it("of a task that was not started again: that it was", () => {
    expect(summary(installed(told.givenUp()))).not.toContain("again and again");
  });

  it("of a deploy that was good: an old update's state", () => {
    expect(summary(upgraded(told.staleNeighbour()))).not.toContain("`paused`");
  });

  it("of a first deploy: that what stood before was not captured, since nothing stood", () => {
    expect(summary(installed(told.crashLoop()))).not.toContain("not captured");
  });

  it("of a fault: that it was the recipe's", () => {
    const page = summary(ended({ is: "inconclusive", fault: engineDown }));
    expect(page).toContain("Not a finding about the recipe");
    expect(page).toContain("Re-run");
  });
});

describe("what happened, as a conclusion", () => {
  type Is = StageResult["verdict"]["is"];
  const table = {
    pass: [{ is: "pass" }, "success"],
    fail: [failedWith({ is: "deploy-refused", by: "docker stack deploy", said: "no" }).verdict, "failure"],
    inconclusive: [{ is: "inconclusive", fault: engineDown }, "action_required"],
    cancelled: [{ is: "cancelled", by: "ada" }, "cancelled"],
    skipped: [{ is: "skipped", reason: "no base" }, "skipped"],
  } satisfies Record<Is, readonly [StageResult["verdict"], Conclusion]>;

  it.each(Object.values(table))("%o is %s", (verdict, conclusion) => {
    expect(conclusionOf({ ...upgraded(told.startFirst()), verdict })).toBe(conclusion);
  });

  it("no word of ours is neutral: GitHub lets a neutral required check pass", () => {
    // @ts-expect-error
    const neutral: Conclusion = "neutral";
    expect(Object.values(table).map(([, conclusion]) => conclusion)).not.toContain(neutral);
  });

  it("whoever's fault it is, a fault asks for a re-run", () => {
    for (const party of ["engine", "git", "github", "bot"] as const) {
      const verdict = { is: "inconclusive", fault: new Fault(party, "it broke", "Mend it.") } as const;
      expect(conclusionOf(ended(verdict))).toBe("action_required");
    }
  });

  it("shows the times of the stage", () => {
    expect(checkOf(upgraded(told.startFirst())).progress).toEqual({
      status: "completed",
      conclusion: "success",
      startedAt: at(0),
      completedAt: at(42),
    });
  });
});

describe("before the end", () => {
  it("queued, and behind whom", () => {
    expect(checkRunOf(run, "install", { is: "queued", behind: null })).toMatchObject({
      name: "testme / install",
      head: run.head,
      progress: { status: "queued" },
      output: { title: "Queued" },
    });
    const behind = checkRunOf(run, "install", { is: "queued", behind: "r-1" });
    expect(behind.output.title).toBe("Queued, behind run r-1, which works on the same app domain");
  });

  it("at work, and at what", () => {
    const working = checkRunOf(run, "upgrade", {
      is: "working",
      startedAt: at(1),
      doing: "waiting for task t1",
    });
    expect(working.progress).toEqual({ status: "in_progress", startedAt: at(1) });
    expect(working.output.title).toBe("Working: waiting for task t1");
  });
});

describe("the external id", () => {
  it("is the way back to the run and its pull request", () => {
    for (const stage of run.stages)
      expect(parseExternalId(externalId(run, stage))).toEqual({ runId: run.id, pull: 7 });
    expect(externalId(run, "install")).not.toBe(externalId(run, "upgrade"));
  });

  it("is nobody else's", () => {
    const local = externalId({ ...run, source: { is: "local", path: "/recipes/x" } }, "install");
    for (const id of [
      local,
      "",
      "testme",
      "testme:r1:7",
      "other:r1:7:install",
      "testme:r1:7:install:x",
      "testme:r 1:7:install",
      "testme::7:install",
      "xtestme:r1:7:install",
      "testme:r1:7:install\n",
    ])
      expect(parseExternalId(id)).toBeNull();
  });
});

describe("GitHub's limits", () => {
  it("a title is cut at 255 characters, a summary at 65,535 bytes, and neither loses its beginning", () => {
    const said = "ü€😀".repeat(30_000);
    const { title, summary } = checkOf(
      failedWith({ is: "deploy-refused", by: "docker stack deploy", said }),
    ).output;
    expect(title.length).toBeLessThanOrEqual(255);
    expect(title).toMatch(/^Deploy refused: /);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
    expect(summary).toMatch(/^\*\*What happened\.\*\* /);
  });

  it("what is cut off is evidence, never the run's own line at the end", () => {
    const lines = Array.from({ length: 4_000 }, (_, i) => `line ${i} = ${"x".repeat(30)}`);
    const long = told
      .standing()
      .after(1)
      .deployed()
      .saw(...told.updating({ lines }).observations.flatMap((o) => (o.is === "service" ? [o.service] : [])))
      .tasks({ stale: [told.old1], fresh: [task("new1", "pending")] })
      .deadline();
    const { summary } = checkOf(upgraded(long)).output;
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
  });

  it("names the commit in full, once and for all", () => {
    expect(checkOf(upgraded(told.startFirst())).output.summary).toContain(commit("7ae7b0f7"));
  });
});
