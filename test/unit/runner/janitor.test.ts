/** Which stacks the janitor takes away, and that it leaves those whose app domain somebody holds. */
import { expect, test } from "vitest";
import { AppDomainLock } from "../../../src/runner/app-domain-lock.ts";
import { sweep } from "../../../src/runner/janitor.ts";
import type { OwnStack } from "../../../src/swarm/swarm.ts";
import { run } from "../report/results.ts";

const stackOf = (id: string): OwnStack => ({
  stack: { name: `stack_${id}`, appDomain: `${id}.test` },
  run: id,
});
const open = (id: string) => ({
  run: { ...run, id },
  begun: 1,
  isWorking: true,
  cancelledBy: null,
  askedAt: run.acceptedAt,
});

const START = new Date("2026-01-05T12:00:00.000Z");

const house = (stacks: string[], living: string[], refuses: string[] = []) => {
  const lock = new AppDomainLock();
  const errors: unknown[] = [];
  const removed: string[] = [];
  const strays: Date[] = [];
  const ports = {
    swarm: {
      ownStacks: async () => stacks.map(stackOf),
      removeStrays: async (before: Date) => void strays.push(before),
      removeStack: async (lease: { assertCovers: (domain: string) => void }, stack: OwnStack["stack"]) => {
        lease.assertCovers(stack.appDomain);
        if (refuses.includes(stack.name)) throw new Error("in use");
        removed.push(stack.name);
        stacks.splice(stacks.indexOf(stack.name.slice(6)), 1);
      },
    },
    strayBefore: () => START,
    store: { openRuns: async () => living.map(open) },
    lock,
    log: (error: unknown) => void errors.push(error),
  };
  return { ports, lock, removed, errors, strays };
};

test("takes away what no open run will, and leaves what one will", async () => {
  const { ports, removed, strays } = house(["dead", "alive", "dead2"], ["alive"]);
  expect(await sweep(ports)).toEqual(["stack_dead", "stack_dead2"]);
  expect(removed).toEqual(["stack_dead", "stack_dead2"]);
  expect(strays).toEqual([START]);
});

test("leaves a stack whose app domain somebody holds", async () => {
  const { ports, lock, removed } = house(["dead"], []);
  const lease = await lock.acquire("dead.test", "another run on that domain");
  expect(await sweep(ports)).toEqual([]);
  expect(removed).toEqual([]);
  await lease.release();
  expect(await sweep(ports)).toEqual(["stack_dead"]);
});

test("one stack that cannot be removed does not keep the others, nor the lock", async () => {
  const { ports, lock, errors } = house(["stuck", "dead"], [], ["stack_stuck"]);
  expect(await sweep(ports)).toEqual(["stack_dead"]);
  expect(errors).toMatchObject([{ message: "in use" }]);
  expect(await lock.tryAcquire("stuck.test", "another")).not.toBeNull();
});
