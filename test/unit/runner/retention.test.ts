/** Which runs' folders and which mirrors are kept, with real folders; what the store forgets is the store's own test. */
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Mirror } from "../../../src/git/git.ts";
import { KeyedMutex } from "../../../src/runner/keyed-mutex.ts";
import { mendMirrors } from "../../../src/runner/mirrors.ts";
import { retain } from "../../../src/runner/retention.ts";

const DAY_MS = 86_400_000;
const NOW = new Date("2026-05-01T12:00:00.000Z");
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-retention-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const runFolder = async (id: string, age: number): Promise<void> => {
  await mkdir(join(folder, id, "install"), { recursive: true });
  await writeFile(join(folder, id, "evidence.json"), "{}");
  await utimes(join(folder, id), daysAgo(age), daysAgo(age));
};

/** `over`: what the store forgets, whatever it is asked; `known`: what it knows then. */
const house = (over: string[] = [], known: string[] = [], names: string[] = []) => {
  const asked: string[] = [];
  const tidied: string[] = [];
  const logged: (string | null)[] = [];
  const mirrors = new KeyedMutex();
  const ending = new AbortController();
  const ports = {
    store: {
      async forgetBefore(before: string) {
        asked.push(before);
        return over;
      },
      knows: async (id: string) => known.includes(id),
    },
    folder,
    git: {
      mirrors: async () => names.map((directory) => ({ directory })),
      async tidy({ directory }: Mirror, now: Date, keepMs: number) {
        expect([now, keepMs]).toEqual([NOW, 90 * DAY_MS]);
        tidied.push(directory);
        if (directory === "broken") throw new Error("git: bad object");
        return false;
      },
    },
    whileUnused: <T>({ directory }: Mirror, work: () => Promise<T>) => mirrors.runExclusive(directory, work),
    keepMs: 90 * DAY_MS,
    now: () => NOW,
    log: (_error: unknown, about: string | null) => void logged.push(about),
  };
  return { ports, ending, mirrors, asked, tidied, logged, signal: ending.signal };
};
const once = ({ ports, signal }: ReturnType<typeof house>) => retain(ports, signal).settled();
const left = async () => (await readdir(folder)).sort();

test("asks the store to forget what was over before then, and removes the folders of those runs", async () => {
  await runFolder("old", 91);
  // Somebody has put a file into it since.
  await runFolder("touched", 1);
  await runFolder("young", 89);
  const made = house(["old", "touched", "has-no-folder"], ["young"]);
  await once(made);
  expect(made.asked).toEqual(["2026-01-31T12:00:00.000Z"]);
  expect(await left()).toEqual(["young"]);
  expect(made.logged).toEqual([]);
});

test("a folder that no store knows goes once it is old; one that waits to be told of stays", async () => {
  await runFolder("left-by-a-crash", 91);
  await runFolder("from-a-terminal", 89);
  await runFolder("not-told-yet", 200);
  await writeFile(join(folder, "notes.txt"), "somebody's own");
  await utimes(join(folder, "notes.txt"), daysAgo(400), daysAgo(400));
  await once(house([], ["not-told-yet"]));
  expect(await left()).toEqual(["from-a-terminal", "not-told-yet", "notes.txt"]);
});

test("nothing was ever run: there is nothing to remove", async () => {
  await rm(folder, { recursive: true });
  const made = house();
  await once(made);
  expect(made.logged).toEqual([]);
});

test("a store that is away keeps the folders, and the mirrors from nothing", async () => {
  await runFolder("old", 91);
  const made = house([], [], ["one"]);
  made.ports.store.forgetBefore = () => Promise.reject(new Error("the database is locked"));
  await once(made);
  expect(await left()).toEqual(["old"]);
  expect(made.tidied).toEqual(["one"]);
  expect(made.logged).toEqual([null]);
});

test("a mirror that cannot be tidied is named, and the next has its turn", async () => {
  const made = house([], [], ["broken", "good"]);
  await once(made);
  expect(made.tidied).toEqual(["broken", "good"]);
  expect(made.logged).toEqual(["broken"]);
});

test.each([
  ["tidied once nobody fetches it", false, ["one", "two"]],
  ["not tidied after the signal", true, []],
])("a mirror is %s", async (_, isEnding, tidied) => {
  const made = house([], [], ["one", "two"]);
  const release = await made.mirrors.acquire("one");
  const reached = Promise.withResolvers<void>();
  const { whileUnused } = made.ports;
  made.ports.whileUnused = (mirror, work) => {
    const done = whileUnused(mirror, work);
    reached.resolve();
    return done;
  };
  const settled = once(made);
  await reached.promise;
  expect(made.tidied).toEqual([]);
  if (isEnding) made.ending.abort();
  release();
  await settled;
  expect(made.tidied).toEqual(tidied);
});

test("what ends with the bot is no fault", async () => {
  const made = house();
  made.ports.store.forgetBefore = () => {
    made.ending.abort();
    return Promise.reject(new Error("the database is closed"));
  };
  await once(made);
  expect(made.logged).toEqual([]);
});

test("all mirrors are mended, whatever is wrong with one, and those given up are named", async () => {
  const logged: string[] = [];
  const git = {
    mirrors: async () => ["stuck", "broken", "good"].map((directory) => ({ directory })),
    async mend({ directory }: Mirror) {
      if (directory === "stuck") throw new Error("EACCES");
      return directory === "broken";
    },
  };
  expect(await mendMirrors(git, (_, directory) => void logged.push(directory))).toEqual([
    { directory: "broken" },
  ]);
  expect(logged).toEqual(["stuck"]);
});
