/**
 * Carries a run out that has its place and its lease, from the first stage to the last word. A run always ends: what is thrown
 * here becomes a verdict. The lease is given back last of all, once the stack is gone. A run that has to be left to the next
 * process is put back into the queue as it was, and nobody is told that it is over.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Remote } from "../git/git.ts";
import type { Lease } from "../run/lease.ts";
import { repositoryOf } from "../run/order.ts";
import type { Run } from "../run/run.ts";
import type { Place, Progress, StageResult } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import type { Store } from "../store/store.ts";
import type { EngineInfo, Stack } from "../swarm/swarm.ts";
import { Fault } from "../verdict/fault.ts";
import { type Conduct, conductRun, giveUp, unbegun, WORK } from "./conduct-run.ts";
import { endRunAfter } from "./deadline.ts";
import { type Aside, keepRecord } from "./keep-record.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import type { Masks } from "./masks.ts";
import { inRun } from "./run-context.ts";
import { endedBy } from "./run-stage.ts";
import { untilGone } from "./until-gone.ts";
import { nothingStanding, type Standing, type Tools } from "./work.ts";

/** Whoever wants to know how a run goes. A run waits for them only at its end, when nothing may be lost. */
export type Listener = {
  progress: (run: Run, stage: StageName, progress: Progress) => void | Promise<void>;
};
/** `evidence` is null for a run that was left to the next process, and where it could not be kept. */
export type Concluded = { results: readonly StageResult[]; evidence: string | null };
export type WorkerPorts = {
  tools: Tools;
  store: Pick<
    Store,
    "release" | "conclude" | "saveStage" | "saveEvidence" | "saveResults" | "saveGreen" | "greens"
  >;
  remoteOf: (run: Run) => Promise<Remote>;
  /** Who works on which mirror, by its directory. */
  mirrors: KeyedMutex;
  /** Resolves when the engine is there and has room; says meanwhile what is waited for. */
  check: (
    memoryBytes: number | null,
    waiting: (lack: string) => void,
    signal: AbortSignal,
  ) => Promise<EngineInfo>;
  listeners: readonly Listener[];
  /** Without the bot's secrets: what is kept and told of a run goes through it, before any of it is cut short. */
  hideIn: Masks["hideIn"];
  /** Whether what that stage ended in was told before this process began. */
  isTold: (run: Run, stage: StageName) => Promise<boolean>;
  settings: { runsDirectory: string; stageMs: number; runMs: number };
  log: (run: Run, error: unknown) => void;
};
/** `begun`: how often its work has begun by now. `ending` ends the run for good, `leaving` puts it back. */
export type Job = {
  run: Run;
  stack: Stack;
  begun: number;
  ending: AbortSignal;
  leaving: AbortSignal;
};
export type Worker = {
  /** Resolves when the run is over, its stack is gone or being waited for, and all of it is stored. */
  work(job: Job, lease: Lease): Promise<Concluded>;
  /** Ends a run that never began: it has nothing on the engine. */
  drop(run: Run, by: string): Promise<Concluded>;
  /** Tells how a run stands that is not at work; resolves when it has been told. */
  tell(run: Run, progress: Progress): Promise<void>;
};

/** A run that took its process along twice would do so for ever. */
const BEGINNINGS = 2;
export const NOWHERE: Place = { ahead: 0, startsInMs: null, behind: null, lack: null };
export const LEFT = "the bot was stopped, and begins it again when it is back";
export const AGAIN = "the bot ended while it worked on this run, and begins it anew";

export const createWorker = (ports: WorkerPorts): Worker => {
  const { tools, store } = ports;
  /** Git does not fetch twice into one mirror at a time. */
  const fetch = (remote: Remote) =>
    ports.mirrors.runExclusive(tools.git.mirrorOf(remote.url).directory, () => tools.git.fetch(remote));
  const { tell, told } = tellerOf(ports);
  const tellOf =
    (run: Run): Conduct["tell"] =>
    (stage, progress) =>
      tell(run, stage, progress);

  const results = async (job: Job, lease: Lease, standing: Standing): Promise<StageResult[]> => {
    const { run, stack, begun, ending, leaving } = job;
    const tooLong = new AbortController();
    let last = "getting ready";
    const signal = AbortSignal.any([ending, leaving, tooLong.signal]);
    const queued = (place: Place) => {
      for (const stage of run.stages)
        tell(run, stage, { is: "queued", place, again: begun > 1 ? AGAIN : null });
    };
    const conduct: Conduct = {
      tools,
      check: (memoryBytes) => ports.check(memoryBytes, (lack) => queued({ ...NOWHERE, lack }), signal),
      fetch: async () => fetch(await ports.remoteOf(run)),
      fetchFrom: (url) => fetch({ url, token: null }),
      folder: join(ports.settings.runsDirectory, run.id),
      stack,
      standing,
      greens: async () =>
        run.source.is === "local" ? [] : store.greens(repositoryOf(run), run.source.targetBranch),
      tell(stage, progress) {
        if (progress.is === "working") last = `at the ${stage} stage, ${progress.doing}`;
        // It is not over: the next process begins it anew.
        if (progress.is === "done" && isLeft(job, progress.result)) return;
        tell(run, stage, progress);
      },
      signal,
      stageMs: ports.settings.stageMs,
    };
    if (begun > 1) {
      const untold = await untoldOf(run);
      const isGivenUp = begun > BEGINNINGS || ending.aborted || untold.length === 0;
      const isUnwanted = begun <= BEGINNINGS && ending.aborted;
      const why = isUnwanted ? endedBy(ending) : { is: "inconclusive" as const, fault: tookItAlong() };
      // What a stage had ended in before the process did stands.
      if (isGivenUp) return giveUp({ ...run, stages: untold }, lease, conduct, why);
    }
    const callOff = endRunAfter(tooLong, ports.settings.runMs, () => last);
    try {
      return await conductRun(run, lease, conduct);
    } finally {
      callOff();
    }
  };

  const untoldOf = async (run: Run): Promise<Run["stages"]> => {
    const isTold = await Promise.all(run.stages.map((stage) => ports.isTold(run, stage)));
    return run.stages.filter((_, n) => !isTold[n]);
  };

  const conclude = async (run: Run, came: readonly StageResult[], aside: Aside): Promise<Concluded> => {
    const { log, hideIn } = ports;
    const ended = hideIn(came);
    const evidence = await keepRecord({ store, deployer: tools.deployer.name, log }, run, ended, aside);
    await told(run);
    await store.conclude(run.id);
    return { results: ended, evidence };
  };
  const leave = async (run: Run, ended: readonly StageResult[]): Promise<Concluded> => {
    for (const stage of run.stages) tell(run, stage, { is: "queued", place: NOWHERE, again: LEFT });
    await told(run);
    await store.release(run.id);
    return { results: ended, evidence: null };
  };

  /** What cannot be removed costs disk and nothing else. */
  const clear = async (run: Run, { tree, beside }: Standing): Promise<void> => {
    const log = (error: unknown) => ports.log(run, error);
    for (const one of [tree, ...[...beside.values()].map(({ standing }) => standing.tree)])
      if (one) await tools.git.removeTree(one.mirror, one.directory).catch(log);
    const scratch = join(ports.settings.runsDirectory, run.id, WORK);
    await rm(scratch, { recursive: true, force: true }).catch(log);
  };

  /** What stood beside the app is nobody's any more; false where something of it stays. */
  const clearBeside = async (run: Run, lease: Lease, standing: Standing): Promise<boolean> => {
    try {
      for (const stack of besideOf(standing)) await tools.swarm.removeStack(lease, stack);
      return true;
    } catch (error) {
      ports.log(run, error);
      return false;
    }
  };
  const untilAllGone = async (
    lease: Lease,
    stacks: readonly Stack[],
    leaving: AbortSignal,
  ): Promise<void> => {
    for (const stack of stacks) await untilGone(tools.swarm, lease, stack, leaving);
  };

  return inTheirRuns({
    async work(job, lease) {
      const { run, stack } = job;
      const standing = nothingStanding();
      let isStanding = true;
      try {
        const ended = await results(job, lease, standing);
        // At once: somebody may want it to end from now on, and of its stages nobody has been told that.
        const goOn = ended.some((result) => isLeft(job, result)) ? leave : conclude;
        const isBesideLeft = !(await clearBeside(run, lease, standing));
        // Where no stage was left to tell of it, nobody knows yet.
        isStanding =
          isBesideLeft || ended.length === 0 || ended.some(({ cleanupFault }) => cleanupFault !== null);
        await clear(run, standing);
        const { planned, secrets } = standing;
        return await goOn(run, ended, { planned, secrets, isClean: !isStanding });
      } finally {
        const free = () => lease.release();
        if (!isStanding) await free();
        else
          void untilAllGone(lease, [stack, ...besideOf(standing)], job.leaving)
            .then(free)
            // What is still there when the process ends is the next one's.
            .catch((error: unknown) => job.leaving.aborted || ports.log(run, error));
      }
    },
    drop: async (run, by) =>
      conclude(run, unbegun(run, { tools, tell: tellOf(run) }, { is: "cancelled", by }), NOTHING_MADE),
    async tell(run, progress) {
      for (const stage of run.stages) tell(run, stage, progress);
      await told(run);
    },
  });
};

/** Of a run that never began. */
const NOTHING_MADE: Aside = { planned: 0, isClean: true, secrets: [] };

const besideOf = ({ beside }: Standing): Stack[] => [...beside.values()].map(({ stack }) => stack);

/** Whoever has it done: a queue takes the next run up from within the work for the last. */
const inTheirRuns = (worker: Worker): Worker => ({
  work: (job, lease) => inRun(job.run.id, () => worker.work(job, lease)),
  drop: (run, by) => inRun(run.id, () => worker.drop(run, by)),
  tell: (run, progress) => inRun(run.id, () => worker.tell(run, progress)),
});

/** It ended because its process does, and not because somebody wanted it to. */
const isLeft = ({ ending, leaving }: Job, { verdict }: StageResult): boolean =>
  leaving.aborted && !ending.aborted && verdict.is === "cancelled";

const tookItAlong = (): Fault =>
  new Fault(
    "bot",
    "testme itself ended twice while it worked on this run",
    "See the bot's log for how it ended.",
  );

/** Tells in order, each run by itself; what a stage ended in is stored first. */
const tellerOf = ({ listeners, store, log, hideIn }: WorkerPorts) => {
  const lines = new KeyedMutex();
  const then = (run: Run, act: () => void | Promise<void>): void =>
    void lines
      .runExclusive(run.id, async () => act())
      // Whoever cannot be told does not keep the run from ending.
      .catch((error: unknown) => log(run, error));
  return {
    tell(run: Run, stage: StageName, came: Progress): void {
      const progress = hideIn(came);
      if (progress.is === "done") then(run, () => store.saveStage(run, progress.result));
      for (const listener of listeners) then(run, () => listener.progress(run, stage, progress));
    },
    /** Resolves when all of it has been told. */
    told: (run: Run): Promise<void> => lines.runExclusive(run.id, async () => undefined),
  };
};
