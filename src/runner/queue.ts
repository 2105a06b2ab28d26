/**
 * The queue is the store; this looks at it whenever something may have changed, and does what is to be done: ends what somebody
 * wants to end, begins as many runs as there are places, in the order of run/order.ts, and says where the others stand. p-queue
 * holds the places. A run is claimed in the store before its work begins, so that of several bots one alone works on it.
 */
import { setImmediate as breath } from "node:timers/promises";
import PQueue from "p-queue";
import { beginningsOf, lengthOf } from "../run/estimate.ts";
import { lineOf, nextOf, type Past, repositoryOf, type Waiting } from "../run/order.ts";
import type { Run } from "../run/run.ts";
import type { Place } from "../run/stage-result.ts";
import type { OpenRun, Store } from "../store/store.ts";
import type { Stack } from "../swarm/swarm.ts";
import type { AppDomainLock } from "./app-domain-lock.ts";
import { AGAIN, LEFT, NOWHERE, type Worker } from "./worker.ts";

export type Queue = {
  /** Something may have changed. */
  look(): void;
  /** Resolves when no run is open that this bot could do something about, and none is at work here. */
  idle(): Promise<void>;
  /** Begins nothing more; what is at work may end within `graceMs`, and is then put back into the queue, taken away first. */
  drain(by: string, graceMs: number): Promise<void>;
};
type Ports = {
  store: Pick<Store, "openRuns" | "claim" | "turns" | "holders" | "pastStages" | "leads">;
  worker: Worker;
  lock: AppDomainLock;
  stackOf: (run: Run) => Stack;
  /** Where a person sees that run; null where nobody can yet. */
  urlOf: (run: Run) => Promise<string | null>;
  concurrency: number;
  now: () => Date;
  log: (run: Run | null, error: unknown) => void;
};
type AtWork = { run: Run; sinceMs: number; ending: AbortController; done: Promise<unknown> };

export const createQueue = (ports: Ports): Queue => {
  const { store, worker, lock, stackOf, now } = ports;
  const places = new PQueue({ concurrency: ports.concurrency });
  const atWork = new Map<string, AtWork>();
  const leaving = new AbortController();
  /** What was last told of each run that waits. */
  const told = new Map<string, string>();
  let isDraining = false;
  let isStale = false;
  let looking: Promise<void> | null = null;

  const look = (): void => {
    isStale = true;
    looking ??= lookOn();
  };
  const lookOn = async (): Promise<void> => {
    try {
      while (isStale) {
        isStale = false;
        await lookOnce();
      }
    } catch (error) {
      ports.log(null, error);
    } finally {
      looking = null;
    }
  };
  const lookOnce = async (): Promise<void> => {
    // The store may be closed by then.
    if (isDraining && atWork.size === 0) return;
    const open = await store.openRuns();
    for (const { run, cancelledBy } of open)
      if (cancelledBy !== null) atWork.get(run.id)?.ending.abort(cancelledBy);
    const queued = open.filter(({ isWorking }) => !isWorking);
    forget(queued);
    if (isDraining) return;
    for (const one of queued) if (one.cancelledBy !== null) await endQueued(one, one.cancelledBy);
    const rest = await begin(queued.filter(({ cancelledBy }) => cancelledBy === null));
    const runs = new Map(open.map(({ run }) => [run.id, run]));
    if (store.leads()) await tellPlaces(rest, runs);
  };
  /** Who waits no more, or waits again after somebody's work, is told anew. */
  const forget = (queued: readonly OpenRun[]): void => {
    const waiting = new Set(queued.map(({ run }) => run.id));
    for (const id of told.keys()) if (!waiting.has(id)) told.delete(id);
  };

  /** One that was cut short may have left a stack: it ends under its lock, as soon as that is free. */
  const endQueued = async (open: OpenRun, by: string): Promise<void> => {
    if (open.begun > 0) return void (await start(open.run, by));
    if ((await store.claim(open.run.id)) === null) return;
    await worker.drop(open.run, by).catch((error: unknown) => ports.log(open.run, error));
  };

  /** Returns those that have to wait. */
  const begin = async (queued: readonly OpenRun[]): Promise<readonly OpenRun[]> => {
    const begun = new Set<Run>();
    if (places.pending >= ports.concurrency) return queued;
    let waiting = queued.map(waitingOf);
    const held = new Set((await store.holders()).keys());
    while (places.pending < ports.concurrency && !isDraining) {
      const next = nextOf({ waiting, held, turns: await store.turns() });
      if (!next) break;
      if (await start(next.run)) {
        begun.add(next.run);
        waiting = waiting.filter((one) => one !== next);
      } else held.add(next.appDomain);
    }
    return queued.filter(({ run }) => !begun.has(run));
  };
  const waitingOf = ({ run }: Pick<OpenRun, "run">): Waiting => ({
    run,
    repository: repositoryOf(run),
    appDomain: stackOf(run).appDomain,
  });

  /** False where somebody else has the run or its app domain. */
  const start = async (run: Run, by: string | null = null): Promise<boolean> => {
    const stack = stackOf(run);
    const lease = await lock.tryAcquire(stack.appDomain, run.id);
    if (!lease) return false;
    const begun = await store.claim(run.id).catch(async (error: unknown) => {
      await lease.release();
      throw error;
    });
    if (begun === null) {
      await lease.release();
      return false;
    }
    const ending = new AbortController();
    if (by !== null) ending.abort(by);
    void tellPlace(run, begun > 1, NOWHERE);
    const job = { run, stack, begun, ending: ending.signal, leaving: leaving.signal };
    const done = places
      .add(() => worker.work(job, lease))
      .catch((error: unknown) => ports.log(run, error))
      .finally(() => {
        atWork.delete(run.id);
        look();
      });
    atWork.set(run.id, { run, sinceMs: now().getTime(), ending, done });
    return true;
  };

  const tellPlaces = async (queued: readonly OpenRun[], open: ReadonlyMap<string, Run>): Promise<void> => {
    if (queued.length === 0) return;
    const line = lineOf({ waiting: queued.map(waitingOf), turns: await store.turns() });
    const past = await store.pastStages();
    const begins = beginningsOf(
      line.map((one) => lengthOf(one, past)),
      [...atWork.values()].map((one) => restOf(one, past)),
      ports.concurrency,
    );
    const holders = await store.holders();
    const cut = new Set(queued.filter(({ begun }) => begun > 0).map(({ run }) => run.id));
    for (const [ahead, { run, appDomain }] of line.entries()) {
      // One after the other, and no further where something has changed: telling a long queue takes its time.
      if (isStale || isDraining) return;
      const behind = await behindOf(holders.get(appDomain), open);
      await tellPlace(run, cut.has(run.id), { ahead, startsInMs: begins[ahead] ?? null, behind, lack: null });
      // All of that is done without a pause where the store is a file, and a webhook waits meanwhile.
      await breath();
    }
  };
  const behindOf = async (holder: string | undefined, open: ReadonlyMap<string, Run>) => {
    if (holder === undefined) return null;
    const run = open.get(holder);
    return { run: holder, url: run ? await ports.urlOf(run) : null };
  };
  const restOf = ({ run, sinceMs }: AtWork, past: readonly Past[]): number | null => {
    const length = lengthOf({ run, repository: repositoryOf(run) }, past);
    return length === null ? null : Math.max(0, length - (now().getTime() - sinceMs));
  };
  const tellPlace = async (run: Run, isCut: boolean, place: Place): Promise<void> => {
    const again = isCut ? AGAIN : null;
    // GitHub bears with about one write a second: what is far off is told again only now and then.
    const roughly = (n: number) => (n < 10 ? Math.round(n) : Math.round(n / 10) * 10);
    const minutes = place.startsInMs === null ? null : roughly(place.startsInMs / 60_000);
    const words = JSON.stringify([roughly(place.ahead), minutes, place.behind, again]);
    if (told.get(run.id) === words) return;
    told.set(run.id, words);
    await worker.tell(run, { is: "queued", place, again });
  };

  const atRest = async (): Promise<void> => {
    while (looking || atWork.size > 0) {
      await looking;
      await Promise.all([...atWork.values()].map(({ done }) => done));
    }
  };
  return {
    look,
    idle: atRest,
    async drain(by, graceMs) {
      isDraining = true;
      const patience = setTimeout(() => leaving.abort(by), graceMs);
      await atRest();
      clearTimeout(patience);
      // What could not be taken away by now is the next process's.
      leaving.abort(by);
      if (!store.leads()) return;
      const queued = (await store.openRuns()).filter(({ isWorking }) => !isWorking);
      await Promise.all(
        queued.map(({ run }) => worker.tell(run, { is: "queued", place: NOWHERE, again: LEFT })),
      );
    },
  };
};
