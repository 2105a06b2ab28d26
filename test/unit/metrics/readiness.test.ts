/** Whether the bot is ready, by a clock of the test's own: how long an answer is good, and how long one is waited for. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createReadiness } from "../../../src/metrics/readiness.ts";
import { sqliteStore } from "../../../src/store/sqlite-store.ts";

const INFO = { version: "29.0.0", cgroup: "2", memoryBytes: 2 ** 32 };
type Info = typeof INFO;

/** A clock that stands still, and an engine that answers when the test says so. */
const house = (openRuns: () => Promise<never[]> = async () => []) => {
  let nowMs = 0;
  const pauses: { ms: number; end: () => void }[] = [];
  const questions: PromiseWithResolvers<Info>[] = [];
  const pause = (ms: number) => new Promise<void>((end) => void pauses.push({ ms, end }));
  const heard: unknown[] = [];
  const hear = (error: unknown) => void heard.push(error);
  const readiness = createReadiness({ openRuns }, () => new Date(nowMs), hear, pause);
  const check = async () => {
    const question = Promise.withResolvers<Info>();
    questions.push(question);
    try {
      const info = await question.promise;
      readiness.onCheck(true);
      return info;
    } catch (error) {
      readiness.onCheck(false);
      throw error;
    }
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    readiness,
    heard,
    questions,
    pauses,
    pass(ms: number) {
      nowMs += ms;
    },
    async ask() {
      const answer = readiness.whyNot({ check });
      await turn();
      return { answer };
    },
  };
};

test("a check that was answered is good for a minute, whoever made it", async () => {
  const { readiness, questions, pass, ask } = house();
  readiness.onCheck(true);
  pass(59_999);
  expect(await (await ask()).answer).toBeNull();
  expect(questions).toHaveLength(0);
  pass(1);
  const { answer } = await ask();
  expect(questions).toHaveLength(1);
  questions[0]?.resolve(INFO);
  expect(await answer).toBeNull();
});

test("after a check that failed the engine is asked anew, and its words are for the log", async () => {
  const { readiness, heard, questions, ask } = house();
  readiness.onCheck(true);
  readiness.onCheck(false);
  const { answer } = await ask();
  questions[0]?.reject(new Error("The engine\n  is away"));
  expect(await answer).toBe("The engine does not answer, or is not ready.");
  expect(heard).toEqual([new Error("The engine\n  is away")]);
  expect((await ask()).answer).toBeInstanceOf(Promise);
  expect(questions).toHaveLength(2);
});

test("an engine that does not answer is waited for two seconds, and asked once however many want to know", async () => {
  const { questions, pauses, ask } = house();
  const first = await ask();
  const second = await ask();
  expect(questions).toHaveLength(1);
  expect(pauses.map(({ ms }) => ms)).toEqual(pauses.map(() => 2_000));
  for (const { end } of pauses) end();
  const late = "The engine did not answer within 2 s.";
  expect(await Promise.all([first.answer, second.answer])).toEqual([late, late]);
  // It answers after all, and whoever asks next hears so.
  questions[0]?.resolve(INFO);
  await questions[0]?.promise;
  expect(await (await ask()).answer).toBeNull();
  expect(questions).toHaveLength(1);
});

test("a store that does not answer is not waited for longer", async () => {
  const { pauses, questions, ask } = house(() => new Promise(() => undefined));
  const { answer } = await ask();
  for (const { end } of pauses) end();
  expect(await answer).toBe("The store did not answer within 2 s.");
  expect(questions).toHaveLength(0);
});

test("a store that was closed is not ready, whatever the engine says", async () => {
  const folder = await mkdtemp(join(tmpdir(), "testme-readiness-"));
  const store = await sqliteStore(folder, () => new Date(0));
  const readiness = createReadiness(
    store,
    () => new Date(0),
    () => undefined,
  );
  readiness.onCheck(true);
  const check = async () => INFO;
  expect(await readiness.whyNot({ check })).toBeNull();
  await store.close();
  expect(await readiness.whyNot({ check })).toBe("The store is not open.");
  await rm(folder, { recursive: true });
});
