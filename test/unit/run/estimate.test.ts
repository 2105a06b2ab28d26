/** When a run will probably begin. */
import { expect, test } from "vitest";
import { beginningsOf, lengthOf } from "../../../src/run/estimate.ts";
import type { Past } from "../../../src/run/order.ts";
import { run } from "../report/results.ts";

const past = (repository: string, stage: Past["stage"], ...ms: number[]): Past[] =>
  ms.map((each) => ({ repository, stage, ms: each }));

test("a run takes the usual time of each of its stages, its repository's own where that has one", () => {
  const both = [
    ...past("coop/wiki", "install", 30, 10, 20),
    ...past("coop/blog", "install", 500),
    ...past("coop/blog", "upgrade", 70),
  ];
  expect(lengthOf({ run, repository: "coop/wiki" }, both)).toBe(20 + 70);
  expect(lengthOf({ run: { ...run, stages: ["install"] }, repository: "coop/chat" }, both)).toBe(30);
  expect(lengthOf({ run, repository: "coop/wiki" }, past("coop/wiki", "install", 10))).toBeNull();
});

test("what was long ago does not count", () => {
  const times = [...Array<number>(9).fill(10), ...Array<number>(50).fill(999)];
  expect(
    lengthOf(
      { run: { ...run, stages: ["install"] }, repository: "coop/wiki" },
      past("coop/wiki", "install", ...times),
    ),
  ).toBe(10);
});

test("each begins when a place gets free, and behind one of unknown length nobody can say", () => {
  expect(beginningsOf([10, 10, 10], [], 2)).toEqual([0, 0, 10]);
  expect(beginningsOf([10, 10, 10], [5, 8], 2)).toEqual([5, 8, 15]);
  expect(beginningsOf([10, 10], [null], 1)).toEqual([null, null]);
  expect(beginningsOf([null, 10], [3], 1)).toEqual([3, null]);
});
