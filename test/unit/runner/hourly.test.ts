/** Now, each hour, until the signal; one round at a time. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hourly } from "../../../src/runner/hourly.ts";

const HOUR_MS = 3_600_000;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("begins at once, again each hour, and no more after the signal", async () => {
  const ending = new AbortController();
  const round = vi.fn(async () => undefined);
  hourly(round, ending.signal);
  expect(round).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
  expect(round).toHaveBeenCalledTimes(3);
  ending.abort();
  await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
  expect(round).toHaveBeenCalledTimes(3);
});

test("a round that takes longer than an hour is waited for, and so is it by those who want to know", async () => {
  const long = Promise.withResolvers<void>();
  const round = vi.fn(() => long.promise);
  const { settled } = hourly(round, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(3 * HOUR_MS);
  expect(round).toHaveBeenCalledTimes(1);
  let isSettled = false;
  const waiting = settled().then(() => {
    isSettled = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(isSettled).toBe(false);
  long.resolve();
  await waiting;
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(round).toHaveBeenCalledTimes(2);
});
