/** What the bot's log says of a run: its story in a few lines, whatever its listeners are told. */
import { expect, test } from "vitest";
import type { Run } from "../../../src/run/run.ts";
import type { Progress, StageResult } from "../../../src/run/stage-result.ts";
import { progressLogger } from "../../../src/runner/log-progress.ts";
import type { StageName } from "../../../src/stages/stage.ts";
import { at, story } from "../../support/builders.ts";
import { run, upgraded } from "../report/results.ts";

const house = () => {
  const lines: [object, string][] = [];
  const { progress } = progressLogger((about, what) => void lines.push([about, what]));
  const tell = (stage: StageName, how: Progress, of: Run = run) => void progress(of, stage, how);
  const done = (result: StageResult, of?: Run) => tell(result.stage, { is: "done", result }, of);
  return { lines, tell, done, words: () => lines.map(([, what]) => what) };
};
const queued = (ahead: number, again: string | null = null): Progress => ({
  is: "queued",
  place: { ahead, startsInMs: null, behind: null, lack: null },
  again,
});
const working = (startedAt: string, doing: string): Progress => ({ is: "working", startedAt, doing });
const bare = (stage: StageName, verdict: StageResult["verdict"], startedAt: string | null): StageResult => ({
  stage,
  verdict,
  failedAt: null,
  base: null,
  observations: [],
  cleanupFault: null,
  ladder: null,
  startedAt,
  endedAt: at(42),
});

test("queued once, begun once, a line for each stage, concluded", () => {
  const { lines, tell, done } = house();
  for (const ahead of [2, 1]) for (const stage of run.stages) tell(stage, queued(ahead));
  tell("install", working(at(0), "deploying"));
  tell("install", working(at(0), "waiting"));
  done(bare("install", { is: "pass" }, at(0)));
  tell("upgrade", working(at(42), "deploying"));
  done({ ...upgraded(story().deployed(1, "no such image")), endedAt: at(60), startedAt: at(42) });
  const about = { run: run.id, owner: "coop-cloud", repo: "discourse", pull: 7 };
  expect(lines).toEqual([
    [about, "queued"],
    [about, "begun"],
    [{ ...about, stage: "install", verdict: "pass", tookMs: 42_000 }, "install: Installed the head in 42 s"],
    [
      { ...about, stage: "upgrade", verdict: "fail", tookMs: 18_000 },
      "upgrade: Deploy refused: no such image",
    ],
    [{ ...about, verdict: "fail", tookMs: 60_000 }, "concluded: fail"],
  ]);
});

test("a run that is put back says why, and begins anew", () => {
  const { tell, done, words } = house();
  tell("install", queued(0));
  tell("install", working(at(0), "deploying"));
  for (const stage of run.stages) tell(stage, queued(0, "the bot was stopped"));
  tell("install", working(at(10), "deploying"));
  for (const stage of run.stages) done(bare(stage, { is: "pass" }, at(10)));
  expect(words()).toEqual([
    "queued",
    "begun",
    "queued again: the bot was stopped",
    "begun",
    "install: Installed the head in 32 s",
    "upgrade: Installed the head in 32 s",
    "concluded: pass",
  ]);
});

test("a run that waits for the engine while it is at work is not queued a second time", () => {
  const { tell, words } = house();
  tell("install", queued(0));
  tell("install", working(at(0), "deploying"));
  tell("upgrade", queued(0));
  expect(words()).toEqual(["queued", "begun"]);
});

test("one that never began took no time; of several runs each has its own story", () => {
  const { lines, tell, done, words } = house();
  const other: Run = { ...run, id: "other", source: { is: "local", path: "/recipes/discourse" } };
  tell("install", queued(0));
  tell("install", queued(1), other);
  const cancelled = { is: "cancelled", by: "cancelled by ada" } as const;
  for (const stage of other.stages) done(bare(stage, cancelled, null), other);
  expect(words()).toEqual([
    "queued",
    "queued",
    "install: Cancelled: cancelled by ada",
    "upgrade: Cancelled: cancelled by ada",
    "concluded: cancelled",
  ]);
  expect(lines.at(-1)?.[0]).toEqual({ run: "other", verdict: "cancelled" });
});
