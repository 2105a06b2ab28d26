/**
 * Works on accepted runs. p-queue bounds how many at once; the app domain's lock is taken before a place in that queue, so
 * a run that waits for another on its domain keeps no one else waiting. A run always ends: what is thrown here becomes a
 * verdict, and the lease is given back last of all.
 */
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import PQueue from "p-queue";
import type { Remote } from "../git/git.ts";
import { appDomain, stackName } from "../recipe/domain.ts";
import { evidenceFile } from "../report/evidence.ts";
import type { Run } from "../run/run.ts";
import type { Progress, StageResult } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import type { Store } from "../store/store.ts";
import type { Stack } from "../swarm/swarm.ts";
import { AppDomainLock } from "./app-domain-lock.ts";
import { conductRun } from "./conduct-run.ts";
import type { Tools } from "./executors.ts";
import { KeyedMutex } from "./keyed-mutex.ts";

/** Whoever wants to know how a run goes. Never waited for. */
export type Listener = {
  progress: (run: Run, stage: StageName, progress: Progress) => void;
};
type Concluded = { run: Run; results: readonly StageResult[]; evidence: string };
export type WorkerPorts = {
  tools: Tools;
  store: Store;
  remoteOf: (run: Run) => Promise<Remote>;
  listeners: readonly Listener[];
  settings: { baseDomain: string; runsDirectory: string; concurrency: number };
  log: (run: Run, error: unknown) => void;
};

export type Worker = {
  /** Queues a run; resolves when it is over and its stack is gone. */
  take(run: Run): Promise<Concluded>;
  /** Ends every run at its next safe point, teardown included; `by` says who wants it so. */
  stop(by: string): Promise<void>;
};

export const createWorker = (ports: WorkerPorts): Worker => {
  const { tools } = ports;
  const queue = new PQueue({ concurrency: ports.settings.concurrency });
  const lock = new AppDomainLock();
  const mirrors = new KeyedMutex();
  const stopping = new AbortController();
  const atWork = new Set<Promise<unknown>>();
  const tellerOf = (run: Run) => (stage: StageName, progress: Progress) => {
    for (const listener of ports.listeners)
      try {
        listener.progress(run, stage, progress);
      } catch (error) {
        // Whoever cannot be told does not keep the run from ending.
        ports.log(run, error);
      }
  };

  /** Git does not fetch twice into one mirror at a time. */
  const fetch = async (run: Run) => {
    const remote = await ports.remoteOf(run);
    return mirrors.runExclusive(remote.url, () => tools.git.fetch(remote));
  };

  const work = async (run: Run): Promise<Concluded> => {
    const tell = tellerOf(run);
    const stack = stackOf(run, ports.settings.baseDomain);
    const behind = lock.holderOf(stack.appDomain);
    for (const stage of run.stages) tell(stage, { is: "queued", behind });
    const lease = await lock.acquire(stack.appDomain, run.id);
    try {
      const folder = join(ports.settings.runsDirectory, run.id);
      const conduct = { tools, folder, stack, tell, fetch: () => fetch(run), signal: stopping.signal };
      const results = await queue.add(() => conductRun(run, lease, conduct));
      const evidence = await ports.store.saveEvidence(
        run.id,
        evidenceFile(run, tools.deployer.name, results),
      );
      for (const stage of run.stages) await rm(join(folder, stage), { recursive: true, force: true });
      return { run, results, evidence };
    } finally {
      lease.release();
    }
  };

  return {
    take(run) {
      ports.store.add(run);
      const done = work(run);
      atWork.add(done);
      const forget = () => atWork.delete(done);
      done.then(forget, (error: unknown) => {
        forget();
        ports.log(run, error);
      });
      return done;
    },
    async stop(by) {
      stopping.abort(by);
      await Promise.allSettled(atWork);
    },
  };
};

const stackOf = (run: Run, baseDomain: string): Stack => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const pull = run.source.is === "pull-request" ? run.source.number : run.id;
  const domain = appDomain({ recipe: run.recipe, pull, head: run.head, base: baseDomain }, sha256);
  return { name: stackName(domain), appDomain: domain };
};
