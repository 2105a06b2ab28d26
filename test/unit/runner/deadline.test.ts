/** How long a stage may take, and that a slow recipe's own word stretches it. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stageDeadline } from "../../../src/runner/deadline.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("past the limit it says which stage, how long, and what it was at", () => {
  const { signal, doing } = stageDeadline("upgrade", 600_000);
  doing("waiting for wiki_app to come up");
  vi.advanceTimersByTime(599_000);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(signal.reason).toMatchObject({
    message: "The upgrade stage did not end within 10 min; it was waiting for wiki_app to come up",
    party: "bot",
  });
});

test("a rollout of the usual time changes nothing; one that takes longer by the recipe's word gets what is more", () => {
  const { signal, allow } = stageDeadline("install", 600_000);
  allow(300_000);
  allow(10_000);
  allow(900_000);
  vi.advanceTimersByTime(1_199_000);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(signal.reason).toMatchObject({ message: expect.stringContaining("within 20 min") });
});

test("one that was called off does not fire", () => {
  const { signal, clear } = stageDeadline("install", 1_000);
  clear();
  vi.advanceTimersByTime(10_000);
  expect(signal.aborted).toBe(false);
});

test("a recipe that asks for more than a timer can wait for is waited for, and does not end at once", () => {
  const { signal, allow } = stageDeadline("install", 600_000);
  allow(90 * 86_400_000);
  vi.advanceTimersByTime(86_400_000);
  expect(signal.aborted).toBe(false);
});
