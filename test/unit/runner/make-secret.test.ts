import { expect, it } from "vitest";
import { makeSecret } from "../../../src/runner/make-secret.ts";

const made = (length: number, alphabet: string) => makeSecret({ is: "made", name: "s", length, alphabet });

it("is as long as it is to be, of its alphabet, and all of it", () => {
  expect(made(64, "0123456789abcdef")).toMatch(/^[0-9a-f]{64}$/);
  expect(made(3, "x")).toBe("xxx");
  // That one of sixteen is missing among 4096 happens less than once in 10^113.
  expect(new Set(made(4096, "0123456789abcdef")).size).toBe(16);
});

it("has each character about as often as any other", () => {
  const often = new Map<string, number>();
  for (const character of made(30_000, "abc")) often.set(character, (often.get(character) ?? 0) + 1);
  // 10,000 each, with a standard deviation of 82.
  for (const count of often.values()) expect(Math.abs(count - 10_000)).toBeLessThan(820);
});

it("is another each time", () => {
  expect(made(32, "abcdef")).not.toBe(made(32, "abcdef"));
});

it("is what was given, where it was given", () => {
  expect(makeSecret({ is: "given", name: "s", value: "hunter2" })).toBe("hunter2");
});
