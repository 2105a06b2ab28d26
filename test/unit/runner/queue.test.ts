/** Who gets a place and when, who is told what, and that neither a place nor an app domain is lost to whatever is thrown. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Lease } from "../../../src/run/lease.ts";
import type { Run } from "../../../src/run/run.ts";
import type { Place, Progress } from "../../../src/run/stage-result.ts";
import { AppDomainLock } from "../../../src/runner/app-domain-lock.ts";
import { createQueue } from "../../../src/runner/queue.ts";
import { AGAIN, type Job, LEFT, NOWHERE } from "../../../src/runner/worker.ts";
import { sqliteStore } from "../../../src/store/sqlite-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { run } from "../report/results.ts";

const now = () => new Date();
let folder: string;
let store: Store;
const open = async () => {
  store = await sqliteStore(folder, now);
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-queue-"));
  await open();
});
afterEach(async () => {
  vi.useRealTimers();
  await store.close().catch(() => undefined);
  await rm(folder, { recursive: true });
});

type Work = {
  job: Job;
  lease: Lease;
  end: () => Promise<void>;
  putBack: () => Promise<void>;
  fail: () => void;
};
type Options = { concurrency?: number; over?: (store: Store) => Partial<Store> };

/** A queue whose work is held until the test ends it. */
const house = ({ concurrency = 1, over = () => ({}) }: Options = {}) => {
  const begun: Work[] = [];
  const dropped: [string, string][] = [];
  const told: [string, Progress][] = [];
  const errors: unknown[] = [];
  const kept: Store = { ...store, ...over(store) };
  const lock = new AppDomainLock(kept, () => queue.look());
  const nothing = { results: [], evidence: null };
  const queue = createQueue({
    store: kept,
    lock,
    concurrency,
    now,
    stackOf: ({ recipe }) => ({ name: recipe, appDomain: `${recipe}.test` }),
    urlOf: async ({ id }) => `https://github.test/${id}`,
    log: (_, error) => void errors.push(error),
    worker: {
      work(job, lease) {
        const done = Promise.withResolvers<typeof nothing>();
        const after = (write: (id: string) => Promise<void>) => async () => {
          await write(job.run.id);
          await lease.release();
          done.resolve(nothing);
        };
        begun.push({
          job,
          lease,
          end: after(kept.conclude),
          putBack: after(kept.release),
          fail: () => void lease.release().then(() => done.reject(new Error("the work broke"))),
        });
        return done.promise;
      },
      async drop({ id }, by) {
        dropped.push([id, by]);
        await kept.conclude(id);
        return nothing;
      },
      tell: async ({ id }, progress) => void told.push([id, progress]),
    },
  });
  const at = async (nth: number): Promise<Work> => {
    await vi.waitFor(() => expect(begun.length).toBeGreaterThan(nth));
    const work = begun[nth];
    if (!work) throw new Error("nothing has begun");
    return work;
  };
  return {
    queue,
    lock,
    begun,
    dropped,
    told,
    errors,
    at,
    ids: () => begun.map(({ job }) => job.run.id),
    /** What that run was told last of its place, once it was. */
    async place(id: string): Promise<Place> {
      await vi.waitFor(() => expect(told.map(([of]) => of)).toContain(id));
      const last = told.findLast(([of]) => of === id)?.[1];
      if (last?.is !== "queued") throw new Error(`${id} does not wait`);
      return last.place;
    },
  };
};

/** A run of a repository of its own, unless one is named. */
const add = async (id: string, repo = id): Promise<Run> => {
  const source = { ...run.source, is: "pull-request", repo } as typeof run.source;
  const added = { ...run, id, recipe: repo, source };
  await store.add(added);
  return added;
};
const cancel = async (runId: string, by: string): Promise<void> => {
  const [at, guid] = [now().toISOString(), `cancel ${runId}`];
  const repository = { owner: "coop", repo: "wiki", installation: 1 };
  const intake = { is: "closed" as const, repository, pull: 1 };
  await store.receive({ guid, once: guid, receivedAt: at, askedAt: at, intake });
  await store.answer(guid, { run: null, messages: [], cancels: [{ runId, by }], decisions: [], met: null });
};
/** Its work began, and its process died. */
const cutShort = async (runId: string): Promise<void> => {
  await store.claim(runId);
  await store.close();
  await open();
  await store.adopt();
};

test("however often it is looked at, a run is begun once", async () => {
  await add("wiki");
  const { queue, at, ids } = house({ concurrency: 3 });
  for (let times = 0; times < 5; times++) queue.look();
  const work = await at(0);
  queue.look();
  await work.end();
  await queue.idle();
  expect(ids()).toEqual(["wiki"]);
  expect(work.job.begun).toBe(1);
  expect(await store.openRuns()).toEqual([]);
});

test("no more are at work than there are places, and a place that gets free is taken", async () => {
  for (const id of ["wiki", "blog", "chat"]) await add(id);
  const { queue, at, ids, place } = house({ concurrency: 2 });
  queue.look();
  expect(await place("chat")).toMatchObject({ ahead: 0 });
  expect(ids()).toEqual(["wiki", "blog"]);
  await (await at(1)).end();
  await at(2);
  expect(ids()).toEqual(["wiki", "blog", "chat"]);
  for (const nth of [0, 2]) await (await at(nth)).end();
  await queue.idle();
});

test("one that waits and is not wanted any more ends without a place, and without a turn of its repository's", async () => {
  await add("wiki");
  await add("blog");
  const { queue, at, ids, dropped, place } = house();
  queue.look();
  await place("blog");
  await cancel("blog", "cancelled by ada");
  queue.look();
  await vi.waitFor(() => expect(dropped).toEqual([["blog", "cancelled by ada"]]));
  expect(await store.turns()).toMatchObject([{ repository: "coop-cloud/wiki" }]);
  await (await at(0)).end();
  await queue.idle();
  expect(ids()).toEqual(["wiki"]);
});

test("one that had begun and is not wanted any more ends under its lock, as soon as that is free", async () => {
  await add("wiki");
  await cutShort("wiki");
  await cancel("wiki", "cancelled by ada");
  await add("blog");
  const { queue, lock, at, ids, dropped } = house();
  const held = await lock.tryAcquire("wiki.test", "another");
  queue.look();
  await (await at(0)).end();
  await queue.idle();
  expect(ids()).toEqual(["blog"]);
  await held?.release();
  const { job, lease, end } = await at(1);
  expect(job).toMatchObject({ run: { id: "wiki" }, begun: 2, ending: { reason: "cancelled by ada" } });
  expect(() => lease.assertCovers("wiki.test")).not.toThrow();
  await end();
  await queue.idle();
  expect(dropped).toEqual([]);
});

test("one that is at work and is not wanted any more is told so, also while the bot stops", async () => {
  await add("wiki");
  const { queue, at } = house();
  queue.look();
  const { job, end } = await at(0);
  const draining = queue.drain("the bot was stopped", 600_000);
  await cancel("wiki", "cancelled by ada");
  queue.look();
  await vi.waitFor(() => expect(job.ending.reason).toBe("cancelled by ada"));
  await end();
  await draining;
});

test("a drain lets work go on, begins nothing more, and tells those that wait", async () => {
  await add("wiki");
  await add("blog");
  const { queue, at, ids, told, place } = house();
  queue.look();
  await place("blog");
  const { job, end } = await at(0);
  const draining = queue.drain("the bot was stopped", 600_000);
  queue.look();
  await end();
  expect(job.leaving.aborted).toBe(false);
  await draining;
  expect(ids()).toEqual(["wiki"]);
  expect(told.at(-1)).toEqual(["blog", { is: "queued", place: NOWHERE, again: LEFT }]);
  expect(await store.openRuns()).toMatchObject([{ run: { id: "blog" }, begun: 0, isWorking: false }]);
});

test("what has not ended after the grace period is left, and told that it waits again", async () => {
  await add("wiki");
  const { queue, at, told } = house();
  queue.look();
  const { job, putBack } = await at(0);
  job.leaving.addEventListener("abort", () => void putBack());
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const draining = queue.drain("the bot was stopped", 600_000);
  vi.advanceTimersByTime(599_999);
  expect(job.leaving.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  await draining;
  expect(job.leaving.reason).toBe("the bot was stopped");
  expect(job.ending.aborted).toBe(false);
  expect(told.at(-1)).toEqual(["wiki", { is: "queued", place: NOWHERE, again: LEFT }]);
  expect(await store.openRuns()).toMatchObject([{ begun: 0, isWorking: false }]);
});

test("a drain in the middle of a look begins nothing more, and a look after it needs no store", async () => {
  await add("wiki");
  const [looked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holders = async () => {
    looked.resolve();
    await goOn.promise;
    return store.holders();
  };
  const { queue, ids, errors } = house({ over: () => ({ holders }) });
  queue.look();
  await looked.promise;
  const draining = queue.drain("the bot was stopped", 600_000);
  goOn.resolve();
  await draining;
  await store.close();
  queue.look();
  await queue.idle();
  expect(ids()).toEqual([]);
  expect(errors).toEqual([]);
});

test("one whose app domain is held is passed over, says behind whom, and begins when it gets free", async () => {
  await add("first", "wiki");
  await add("second", "wiki");
  await add("blog");
  const { queue, at, ids, place } = house({ concurrency: 2 });
  queue.look();
  const behind = { run: "first", url: "https://github.test/first" };
  expect(await place("second")).toMatchObject({ ahead: 0, behind });
  expect(ids()).toEqual(["first", "blog"]);
  await (await at(0)).end();
  await at(2);
  expect(ids()).toEqual(["first", "blog", "second"]);
  for (const nth of [1, 2]) await (await at(nth)).end();
  await queue.idle();
});

test("work that breaks frees its place, and the queue goes on", async () => {
  await add("wiki");
  await add("blog");
  const { queue, at, ids, errors } = house();
  queue.look();
  (await at(0)).fail();
  await (await at(1)).end();
  await queue.idle();
  expect(ids()).toEqual(["wiki", "blog"]);
  expect(errors).toMatchObject([{ message: "the work broke" }]);
});

test("each that waits is told its place, and not twice", async () => {
  for (const id of ["wiki", "blog", "chat"]) await add(id);
  const { queue, at, told, place } = house();
  queue.look();
  expect(await place("chat")).toMatchObject({ ahead: 1, behind: null });
  expect(await place("blog")).toMatchObject({ ahead: 0, behind: null });
  await add("mail");
  queue.look();
  expect(await place("mail")).toMatchObject({ ahead: 2 });
  expect(told.map(([id]) => id)).toEqual(["wiki", "blog", "chat", "mail"]);
  for (const nth of [0, 1, 2, 3]) await (await at(nth)).end();
  await queue.idle();
});

test("one that another bot put back is told its place anew", async () => {
  await add("wiki");
  await add("blog");
  const openRuns = vi.fn(store.openRuns);
  const { queue, at, told, place } = house({ over: () => ({ openRuns }) });
  queue.look();
  await place("blog");
  await store.claim("blog");
  queue.look();
  await vi.waitFor(() => expect(openRuns).toHaveBeenCalledTimes(2));
  await store.release("blog");
  queue.look();
  await vi.waitFor(() => expect(told.filter(([id]) => id === "blog")).toHaveLength(2));
  for (const nth of [0, 1]) await (await at(nth)).end();
  await queue.idle();
});

test("one that was cut short says that it is begun anew", async () => {
  await add("wiki");
  await cutShort("wiki");
  const { queue, at, told } = house();
  queue.look();
  await (await at(0)).end();
  await queue.idle();
  expect(told).toEqual([["wiki", { is: "queued", place: NOWHERE, again: AGAIN }]]);
});

test("a bot that does not lead tells nobody's place, and whoever it begins that it is next", async () => {
  for (const id of ["wiki", "blog", "chat"]) await add(id);
  const { queue, at, told } = house({ over: () => ({ leads: () => false }) });
  queue.look();
  for (const nth of [0, 1]) await (await at(nth)).end();
  const { end } = await at(2);
  await add("mail");
  const draining = queue.drain("the bot was stopped", 600_000);
  await end();
  await draining;
  const next = { is: "queued", place: NOWHERE, again: null };
  expect(told).toEqual(["wiki", "blog", "chat"].map((id) => [id, next]));
});

test("a run that another bot was quicker to claim gives its app domain back, and the next one is begun", async () => {
  await add("wiki");
  await add("blog");
  const claim = async (id: string) => {
    if (id === "wiki") await store.claim(id);
    return store.claim(id);
  };
  const { queue, at, ids } = house({ over: () => ({ claim }) });
  queue.look();
  const { end } = await at(0);
  expect(ids()).toEqual(["blog"]);
  expect([...(await store.holders()).values()]).toEqual(["blog"]);
  await end();
  await queue.idle();
});

test("an app domain that another bot was quicker to hold is passed over in the same look", async () => {
  await add("wiki");
  await add("blog");
  const elsewhere: Store["lock"] = async (appDomain, holder) =>
    appDomain !== "wiki.test" && (await store.lock(appDomain, holder));
  const { queue, at, ids } = house({ over: () => ({ lock: elsewhere }) });
  queue.look();
  await at(0);
  expect(ids()).toEqual(["blog"]);
  await (await at(0)).end();
  await queue.idle();
});

test("a claim that fails gives the app domain back", async () => {
  await add("wiki");
  let isBroken = true;
  const claim = async (id: string) => {
    if (isBroken) throw new Error("the disk is full");
    return store.claim(id);
  };
  const { queue, at, errors } = house({ over: () => ({ claim }) });
  queue.look();
  await queue.idle();
  expect(errors).toMatchObject([{ message: "the disk is full" }]);
  expect(await store.holders()).toEqual(new Map());
  isBroken = false;
  queue.look();
  await (await at(0)).end();
  await queue.idle();
});

test("an app domain that cannot be given back in the store is held until it can", async () => {
  await add("first", "wiki");
  await add("second", "wiki");
  let isBroken = true;
  const unlock: Store["unlock"] = async (...what) => {
    if (isBroken) throw new Error("the disk is full");
    await store.unlock(...what);
  };
  const { queue, at, ids } = house({ concurrency: 2, over: () => ({ unlock }) });
  queue.look();
  const { end } = await at(0);
  await expect(end()).rejects.toThrow("the disk is full");
  isBroken = false;
  await vi.waitFor(() => expect(ids()).toEqual(["first", "second"]), 5_000);
});
