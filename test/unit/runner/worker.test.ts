/** How a run ends that did not go as it should: its lease, its place in the store, and what is told of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ResultsFile } from "../../../src/report/results.ts";
import type { Progress } from "../../../src/run/stage-result.ts";
import { AppDomainLock } from "../../../src/runner/app-domain-lock.ts";
import { KeyedMutex } from "../../../src/runner/keyed-mutex.ts";
import { createMasks } from "../../../src/runner/masks.ts";
import type { Tools } from "../../../src/runner/work.ts";
import { createWorker, LEFT, NOWHERE, type WorkerPorts } from "../../../src/runner/worker.ts";
import type { EngineInfo } from "../../../src/swarm/swarm.ts";
import { Fault } from "../../../src/verdict/fault.ts";
import { run } from "../report/results.ts";

const stack = { name: "wiki_test", appDomain: "wiki.test" };
const ENGINE_IS_AWAY = new Fault("engine", "The engine is away", "Wait for it.");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-worker-"));
});
afterEach(() => rm(folder, { recursive: true }));

type Options = {
  check?: WorkerPorts["check"];
  removeStack?: WorkerPorts["tools"]["swarm"]["removeStack"];
  /** What says that it is ours, by the names of stacks and the app domains that lock them. */
  ownStacks?: readonly (readonly [name: string, appDomain: string])[];
  saveEvidence?: () => Promise<string>;
  /** Stages whose end an earlier process had told. */
  toldBefore?: readonly string[];
  /** What a listener takes its time for. */
  telling?: (progress: Progress) => Promise<void>;
};

/** A run never gets further than to the engine, which is away. */
const house = async ({
  check = async (): Promise<EngineInfo> => {
    throw ENGINE_IS_AWAY;
  },
  removeStack = async () => undefined,
  ownStacks = [],
  saveEvidence = async () => "evidence.json",
  toldBefore = [],
  telling = async () => undefined,
}: Options = {}) => {
  const kept: string[] = [];
  const records: ResultsFile[] = [];
  const told: [string, Progress][] = [];
  const errors: unknown[] = [];
  const keep = (what: string) => async () => void kept.push(what);
  // Only what such a run asks of them.
  const tools = {
    git: {
      mirrorOf: () => ({ directory: "mirror" }),
      fetch: async () => ({ directory: "mirror" }),
      resolve: async () => run.head,
      show: async () => null,
      tags: async () => [],
    },
    swarm: {
      removeStack,
      ownStacks: async () =>
        ownStacks.map(([name, appDomain]) => ({ stack: { name, appDomain }, run: run.id })),
    },
    deployer: { name: "fake" },
    now: () => new Date(),
  } as unknown as Tools;
  const worker = createWorker({
    tools,
    check,
    store: {
      release: keep("release"),
      conclude: keep("conclude"),
      saveStage: async (_, { stage, verdict }) => void kept.push(`${stage} ${verdict.is}`),
      saveEvidence,
      saveResults: async (_, results) => {
        records.push(results);
        return "results.json";
      },
      saveGreen: async ({ head }) => void kept.push(`green ${head}`),
      greens: async () => [],
    },
    hideIn: createMasks(new Map()).hideIn,
    remoteOf: async () => ({ url: "nowhere", token: null }),
    mirrors: new KeyedMutex(),
    isTold: async (_, stage) => toldBefore.includes(stage),
    listeners: [
      {
        async progress(_, stage, progress) {
          await telling(progress);
          told.push([stage, progress]);
        },
      },
    ],
    settings: { runsDirectory: folder, stageMs: 60_000, runMs: 60_000 },
    log: (_, error) => void errors.push(error),
  });
  const lock = new AppDomainLock();
  const lease = await lock.acquire(stack.appDomain, run.id);
  const isFree = async () => (await lock.tryAcquire(stack.appDomain, "another")) !== null;
  const [ending, leaving] = [new AbortController(), new AbortController()];
  const work = (begun = 1) =>
    worker.work({ run, stack, begun, ending: ending.signal, leaving: leaving.signal }, lease);
  return { worker, work, ending, leaving, isFree, kept, records, told, errors };
};

test("a stack that cannot be taken away keeps its app domain until it is gone, and the run is over meanwhile", async () => {
  const [tried, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const removals = [() => Promise.reject(new Fault("engine", "The network is in use", "Wait."))];
  const { work, isFree, kept, records } = await house({
    removeStack: async () => {
      const first = removals.shift();
      if (first) return first();
      tried.resolve();
      await gone.promise;
    },
  });
  const { results } = await work(3);
  expect(results.map(({ cleanupFault }) => cleanupFault?.message)).toEqual(
    Array(2).fill("The network is in use"),
  );
  expect(records.map(({ flags }) => flags.clean_teardown)).toEqual([false]);
  expect(kept.at(-1)).toBe("conclude");
  await tried.promise;
  expect(await isFree()).toBe(false);
  gone.resolve();
  await vi.waitFor(async () => expect(await isFree()).toBe(true));
});

test("what still stands when the process ends keeps its lease, and nobody is alarmed", async () => {
  const removeStack = vi.fn(() => Promise.reject(new Fault("engine", "The network is in use", "Wait.")));
  const { work, leaving, isFree, errors } = await house({ removeStack });
  await work(3);
  await vi.waitFor(() => expect(removeStack).toHaveBeenCalledTimes(2));
  leaving.abort("the bot was stopped");
  await setImmediate();
  expect(await isFree()).toBe(false);
  expect(errors).toEqual([]);
});

test("a run that took its process along twice is given up, its stack taken away, its lease given back", async () => {
  const removeStack = vi.fn(async () => undefined);
  const { work, isFree, kept, told } = await house({ removeStack });
  const { results } = await work(3);
  expect(results).toMatchObject([
    {
      verdict: {
        is: "inconclusive",
        fault: { message: "testme itself ended twice while it worked on this run" },
      },
    },
    { verdict: { is: "inconclusive" } },
  ]);
  expect(removeStack).toHaveBeenCalledOnce();
  expect(kept).toEqual(["install inconclusive", "upgrade inconclusive", "conclude"]);
  expect(told.map(([stage, { is }]) => [stage, is])).toEqual([
    ["install", "done"],
    ["upgrade", "done"],
  ]);
  expect(await isFree()).toBe(true);
});

test("what stood beside a run that is given up goes with it, and nobody else's does", async () => {
  const removed: string[] = [];
  const { work } = await house({
    removeStack: async (_, { name }) => void removed.push(name),
    ownStacks: [
      ["sso_test", stack.appDomain],
      ["blog_test", "blog.test"],
    ],
  });
  await work(3);
  expect(removed).toEqual(["wiki_test", "sso_test"]);
});

test("what a stage had ended in before the process died stands when the run is given up", async () => {
  const { work, told, kept } = await house({ toldBefore: ["install"] });
  const { results } = await work(3);
  expect(results.map(({ stage }) => stage)).toEqual(["upgrade"]);
  expect(told.map(([stage]) => stage)).toEqual(["upgrade"]);
  expect(kept).toEqual(["upgrade inconclusive", "conclude"]);
});

test("a run all of whose stages were told is only cleared and concluded, and its evidence stays as it was", async () => {
  const removeStack = vi.fn(async () => undefined);
  const saveEvidence = vi.fn(async () => "evidence.json");
  const { work, told, kept, isFree } = await house({
    toldBefore: ["install", "upgrade"],
    removeStack,
    saveEvidence,
  });
  await work(2);
  expect(told).toEqual([]);
  expect(kept).toEqual(["conclude"]);
  expect(removeStack).toHaveBeenCalled();
  expect(saveEvidence).not.toHaveBeenCalled();
  await vi.waitFor(async () => expect(await isFree()).toBe(true));
});

test("one that was cut short and is not wanted any more is only cleared", async () => {
  const check = vi.fn();
  const removeStack = vi.fn(async () => undefined);
  const { work, ending, kept } = await house({ check, removeStack });
  ending.abort("cancelled by ada");
  const { results } = await work(2);
  expect(results[0]?.verdict).toEqual({ is: "cancelled", by: "cancelled by ada" });
  expect(removeStack).toHaveBeenCalledOnce();
  expect(check).not.toHaveBeenCalled();
  expect(kept.at(-1)).toBe("conclude");
});

test("one that is left is put back and says that it waits, and nothing of it is concluded", async () => {
  const { work, leaving, isFree, kept, told } = await house();
  leaving.abort("the bot was stopped");
  expect(await work()).toMatchObject({ evidence: null });
  expect(kept).toEqual(["release"]);
  const waits = { is: "queued", place: NOWHERE, again: LEFT };
  expect(told).toEqual([
    ["install", waits],
    ["upgrade", waits],
  ]);
  expect(await isFree()).toBe(true);
});

test("who ends a run that is being left finds it put back, not concluded without a word", async () => {
  const { work, ending, leaving, kept } = await house({
    check: async () => {
      leaving.abort("the bot was stopped");
      // Once the stages are over, while the run's folder is cleared.
      void setImmediate().then(() => ending.abort("cancelled by ada"));
      throw ENGINE_IS_AWAY;
    },
  });
  await work();
  expect(ending.signal.aborted).toBe(true);
  expect(kept).toEqual(["release"]);
});

test("a run is concluded only once its last word was told, however late that is", async () => {
  const [heard, slow] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { work, kept, told } = await house({
    async check(_, waiting) {
      waiting("2 GB of memory");
      await heard.promise;
      await setImmediate();
      throw ENGINE_IS_AWAY;
    },
    async telling({ is }) {
      if (is === "queued") return heard.resolve();
      await slow.promise;
    },
  });
  const working = work();
  await vi.waitFor(() => expect(kept).toContain("install inconclusive"));
  // Long enough for all that does not wait.
  for (let turns = 0; turns < 20; turns++) await setImmediate();
  expect(kept).not.toContain("conclude");
  slow.resolve();
  await working;
  expect(kept).toEqual(["install inconclusive", "upgrade inconclusive", "conclude"]);
  expect(told.map(([, { is }]) => is)).toEqual(["queued", "queued", "done", "done"]);
});

test("evidence that cannot be kept does not keep a run from ending", async () => {
  const { work, isFree, kept, errors } = await house({
    saveEvidence: () => Promise.reject(new Error("the disk is full")),
  });
  expect(await work()).toMatchObject({ evidence: null });
  expect(errors).toMatchObject([{ message: "the disk is full" }]);
  expect(kept.at(-1)).toBe("conclude");
  expect(await isFree()).toBe(true);
});

test("one that never began is concluded as cancelled, and asks nothing of the engine", async () => {
  const removeStack = vi.fn(async () => undefined);
  const { worker, kept, records } = await house({ removeStack });
  await worker.drop(run, "cancelled by ada");
  expect(records).toMatchObject([{ verdict: "cancelled", level: 0, flags: { clean_teardown: true } }]);
  expect(kept).toEqual(["install cancelled", "upgrade cancelled", "conclude"]);
  expect(removeStack).not.toHaveBeenCalled();
});
