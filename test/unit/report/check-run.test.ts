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
import type { Place, StageResult } from "../../../src/run/stage-result.ts";
import { Fault } from "../../../src/verdict/fault.ts";
import { at, commit, type Look, type Story, task } from "../../support/builders.ts";
import * as told from "../verdict/stories.ts";
import { ended, engineDown, failedWith, installed, prepared, run, theBase, upgraded } from "./results.ts";
import * as rich from "./rich-stories.ts";

const checkOf = (result: StageResult) => checkRunOf(run, result.stage, { is: "done", result });
const golden = async (name: string, result: StageResult) => {
  const { output, progress } = checkOf(result);
  const conclusion = progress.status === "completed" ? progress.conclusion : progress.status;
  const page = `${output.title}\n(${conclusion})\n\n${output.summary}\n`;
  await expect(page).toMatchFileSnapshot(`../../fixtures/golden/${name}.md`);
};
const checkedOut = (told: Story): Story =>
  told.noted({ is: "checked-out", at: at(0), wanted: run.head, got: run.head, isDirty: false });

const inFull = (told: Story): StageResult => upgraded(told, prepared(told));

const pages: readonly (readonly [string, StageResult])[] = [
  ["rolled-back-out-of-memory", upgraded(told.outOfMemory())],
  ["rolled-back-out-of-memory-in-full", inFull(rich.outOfMemoryInFull())],
  ["rolled-back-out-of-memory-of-the-host", inFull(rich.outOfMemoryOfTheHost())],
  ["rolled-back-segfault", inFull(rich.segfault())],
  ["update-continued", inFull(rich.continued())],
  ["settled-late", inFull(rich.settledLate())],
  ["unschedulable-port", inFull(rich.portTaken())],
  ["unschedulable-global", installed(rich.noNodeForGlobal())],
  ["wrong-image", inFull(rich.wrongImage())],
  ["crash-loop-after-the-watch-was-ended", inFull(rich.watchEnded())],
  ["crash-loop-long", installed(rich.longLoop())],
  ["rolled-back-exit-code", upgraded(told.exitCode())],
  ["rolled-back-killed", upgraded(told.killed())],
  ["rolled-back-killed-elsewhere", inFull(told.killedElsewhere())],
  ["rolled-back-unhealthy", upgraded(told.unhealthy())],
  ["rolled-back-no-image", upgraded(told.rejected("No such image: app:1.1"))],
  ["rolled-back-never-seen-live", upgraded(told.missedLive())],
  ["rolled-back-by-hand", upgraded(told.byHand())],
  ["rolled-back-neighbour", upgraded(told.dbRolledBack())],
  ["rolled-back-and-wrong-stamp", upgraded(told.wrongStampRolledBack())],
  ["rollback-failed-too", upgraded(told.rollbackFailed())],
  ["stamp-never-applied", upgraded(told.stampedAs("0ddba11c"))],
  ["stamp-overwritten", inFull(told.overwritten())],
  ["stamp-absent", upgraded(told.stampedAs(null))],
  ["paused", upgraded(told.halfWay())],
  ["crash-loop", installed(told.crashLoop())],
  ["given-up", installed(told.givenUp())],
  ["unschedulable", upgraded(told.neverScheduled())],
  ["not-converged", upgraded(told.neverHealthy())],
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
  ["not-serving", upgraded(told.startFirst().probed({ is: "http", status: 502, fallback: null }))],
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
  [
    "pass-install",
    installed(checkedOut(told.installed()).probed({ is: "http", status: 200, fallback: null })),
  ],
  ["pass-upgrade", upgraded(checkedOut(told.oldSins()).probed({ is: "http", status: 302, fallback: null }))],
  ["pass-beside-stale-neighbour", upgraded(checkedOut(told.staleNeighbour()))],
];

describe("the whole summary", () => {
  it.each(pages)("%s", (name, result) => golden(name, result));

  it("every page that is no pass has a title of its own, and each title fits", () => {
    const titles = pages.map(([, result]) => checkOf(result).output.title);
    const red = titles.filter((_, index) => pages[index]?.[1].verdict.is !== "pass");
    // The same death with more evidence, or on another node; and the teardown's fault, which is told in the summary.
    expect(red.filter((title, index) => red.indexOf(title) !== index)).toEqual([
      "Rolled back: discourse_app ran out of memory, Swarm restored eb96de94",
      "Rolled back: discourse_app was killed (exit code 137), Swarm restored eb96de94",
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
    const [labels = ""] = summary(installed(told.crashLoop())).split("**Timeline").slice(0, 1);
    expect(labels).toContain("| `chaos-version` | — |");
    expect(labels).not.toContain("not captured");
  });

  it("of a fault: that it was the recipe's", () => {
    const page = summary(ended({ is: "inconclusive", fault: engineDown }));
    expect(page).toContain("Not a finding about the recipe");
    expect(page).toContain("Re-run");
  });
});

describe("what the record lacks", () => {
  it("is told with its reason in its own place, and not in another's", () => {
    const of = told.missedLive().missed("container container-of-new1", "it was pruned");
    of.missed("log of container container-of-new1", "no log driver").missed("the host's memory", "no /proc");
    const { summary } = checkOf(upgraded(of)).output;
    expect(summary).toContain("| `OOMKilled` | not captured: `it was pruned` |");
    expect(summary).toContain("| its log | not captured: `no log driver` |");
    expect(summary).toContain("| memory around its death | not captured: `no /proc` |");
    expect(summary).toContain("<summary>Not captured: 3 notes</summary>");
  });
});

describe("who ended Swarm's watch", () => {
  const page = (told: Story) => checkOf(inFull(told)).output;
  it("is told by the Version.Index, even where that write changed nothing", () => {
    for (const told of [rich.watchEnded(), rich.resubmitted()]) {
      expect(page(told).title).toContain("the write at Version.Index 17 had ended Swarm's watch");
      expect(page(told).summary).toContain("none can follow: at 12:00:0");
    }
  });
  it("is nobody, where there was no update to watch", () => {
    expect(page(told.crashLoop()).title).not.toContain("Version.Index");
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
    unverified: [{ is: "unverified", reason: "no tests" }, "neutral"],
  } satisfies Record<Is, readonly [StageResult["verdict"], Conclusion]>;

  it.each(Object.values(table))("%o is %s", (verdict, conclusion) => {
    expect(conclusionOf({ ...upgraded(told.startFirst()), verdict })).toBe(conclusion);
  });

  it("what could not be judged is never neutral: GitHub lets a neutral required check pass", () => {
    expect([table.fail[1], table.inconclusive[1], table.cancelled[1]]).not.toContain("neutral");
  });

  it("whoever's fault it is, a fault asks for a re-run", () => {
    for (const party of ["engine", "git", "github", "dependency", "bot"] as const) {
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
  const place: Place = { ahead: 0, startsInMs: null, behind: null, lack: null };

  it("queued, and behind whom", () => {
    expect(checkRunOf(run, "install", { is: "queued", place, again: null })).toMatchObject({
      name: "testme / install",
      head: run.head,
      progress: { status: "queued" },
      output: { title: "Queued" },
    });
    const waits = (about: Partial<typeof place>) =>
      checkRunOf(run, "install", { is: "queued", place: { ...place, ...about }, again: null }).output;
    const behind = waits({ behind: { run: "r-1", url: "https://github.example/coop/wiki/runs/7" } });
    expect(behind.title).toBe("Queued, behind run r-1, which works on the same app domain");
    expect(behind.summary).toContain("behind run [`r-1`](https://github.example/coop/wiki/runs/7), which");
    expect(waits({ ahead: 1, startsInMs: 30_000 }).title).toBe(
      "Queued, 1 run before it in the queue, begins in about a minute",
    );
    const estimates = [4.4, 23, 100].map(
      (minutes) => waits({ ahead: 3, startsInMs: minutes * 60_000 }).title,
    );
    expect(estimates).toEqual(
      ["4 min", "25 min", "2 h"].map(
        (about) => `Queued, 3 runs before it in the queue, begins in about ${about}`,
      ),
    );
    expect(waits({ lack: "the engine is away" }).title).toBe("Queued, waiting: the engine is away");
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
  it("is the way back to the run, its pull request and the stage", () => {
    for (const stage of run.stages)
      expect(parseExternalId(externalId(run, stage))).toEqual({ runId: run.id, pull: 7, stage });
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

  it("is used to the last byte that there is, and no further", () => {
    const sizes = Array.from({ length: 60 }, (_, i) => "x".repeat(480 + 2 * i)).map((line) => {
      const lines = Array.from({ length: 100 }, () => line);
      return Buffer.byteLength(checkOf(inFull(rich.outOfMemoryInFull(lines))).output.summary);
    });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(65_535);
    expect(Math.max(...sizes)).toBeGreaterThan(65_000);
    expect(Math.min(...sizes)).toBeLessThan(40_000);
  });

  it("names the commit in full, once and for all", () => {
    expect(checkOf(upgraded(told.startFirst())).output.summary).toContain(commit("7ae7b0f7"));
  });
});
