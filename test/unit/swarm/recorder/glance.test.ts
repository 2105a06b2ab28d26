/** How the recorder is quick enough: one service at once, answers that overtake each other, tasks that end after their containers. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createChase } from "../../../../src/swarm/recorder/chase.ts";
import { createNews } from "../../../../src/swarm/recorder/news.ts";
import type { Reading } from "../../../../src/swarm/swarm.ts";
import { failed, service, task } from "../../../support/builders.ts";

const reading = (version: number, tasks: Reading["tasks"] = []): Reading => ({
  services: [service("app", version)],
  tasks,
  upToDate: tasks.map((t) => t.id),
  stamped: [],
});
const T = (second: number) => `2026-01-05T12:00:0${second}.000Z`;

test("a reading that began before a newer version was seen says nothing of that service", () => {
  const news = createNews();
  news.begin(reading(10), T(0));
  expect(news.ofService(service("app", 13), T(2))).toMatchObject({ is: "service", at: T(2) });
  expect(news.changesIn(reading(12, [task("new1", "running")]), T(1))).toEqual([]);
  expect(news.ofService(service("app", 12), T(3))).toBeNull();
});

test("tasks that were read beside a version are no older than that version's own note", () => {
  const news = createNews();
  news.begin(reading(10), T(0));
  news.ofService(service("app", 13), T(2));
  const seen = news.changesIn(reading(13, [task("new1", "running")]), T(1));
  expect(seen.map((o) => [o.is, o.at])).toEqual([["tasks", T(2)]]);
  const later = news.changesIn(reading(13, [failed("new1", 1)]), T(4));
  expect(later.map((o) => [o.is, o.at])).toEqual([["tasks", T(4)]]);
});

test("a service of which an event speaks is read at once, and told once", () => {
  const news = createNews();
  news.begin(reading(10), T(0));
  expect(news.ofService(service("app", 11), T(1))).not.toBeNull();
  expect(news.ofService(service("app", 11), T(1))).toBeNull();
  expect(news.changesIn(reading(11), T(2)).filter((o) => o.is === "service")).toEqual([]);
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("after a death the stack is looked at until the task has ended too, and no longer", async () => {
  const look = vi.fn(() => undefined);
  const chase = createChase(look, () => new Date(), "node1");
  const runs = { tasks: [task("new1", "running")] };
  chase.seen(runs);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(look).not.toHaveBeenCalled();
  chase.died("new1");
  for (const times of [1, 2, 3]) {
    chase.seen(runs);
    await vi.advanceTimersByTimeAsync(100);
    expect(look).toHaveBeenCalledTimes(times);
  }
  chase.seen({ tasks: [failed("new1", 3)] });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(look).toHaveBeenCalledTimes(3);
});

test("a task that will not end is given up, and one that is gone as well", async () => {
  const look = vi.fn(() => undefined);
  const chase = createChase(look, () => new Date(), "node1");
  chase.died("new1");
  chase.died("another");
  await vi.advanceTimersByTimeAsync(2_001);
  chase.seen({ tasks: [task("new1", "running")] });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(look).not.toHaveBeenCalled();
});

test("a task on another node makes no event, so the stack is looked at more often while one lives there", async () => {
  const look = vi.fn(() => undefined);
  const chase = createChase(look, () => new Date(), "node1");
  const there = (id: string, state: string) => task(id, state, { node: "node2" });
  let times = 0;
  const looksAgainAt = async (...tasks: ReturnType<typeof task>[]) => {
    chase.seen({ tasks });
    await vi.advanceTimersByTimeAsync(900);
    const more = look.mock.calls.length - times;
    times = look.mock.calls.length;
    return more === 1;
  };
  expect(await looksAgainAt(there("t1", "running"))).toBe(true);
  expect(await looksAgainAt(there("t1", "failed"), task("t2", "pending", { node: null }))).toBe(true);
  expect(await looksAgainAt(there("t1", "failed"))).toBe(false);
  expect(await looksAgainAt(there("t1", "failed"), task("t2", "running"))).toBe(false);
  expect(await looksAgainAt(task("t2", "pending", { node: null }))).toBe(false);
  chase.stop();
  expect(await looksAgainAt(there("t1", "running")), "nothing follows the end").toBe(false);
});
