/** What is waited for, what is not, and what is said; on a clock that moves only by the pauses. */
import { expect, test } from "vitest";
import type { Room } from "../../../src/run/room.ts";
import { type Preflight, preflight } from "../../../src/runner/preflight.ts";
import { onEngine } from "../../../src/swarm/engine-fault.ts";
import { Fault } from "../../../src/verdict/fault.ts";

const MIB = 1024 ** 2;
const HOST = "tcp://engine:2375";
const engine = { version: "27.0.0", cgroup: "v2 systemd", memoryBytes: 8192 * MIB };
const wanted = { memoryBytes: 256 * MIB, diskBytes: 2048 * MIB };
const ample: Room = {
  memoryFreeBytes: 4096 * MIB,
  memoryBytes: 8192 * MIB,
  diskFreeBytes: 50_000 * MIB,
  diskBytes: 100_000 * MIB,
};
const free = (memoryMib: number): Room => ({ ...ample, memoryFreeBytes: memoryMib * MIB });
const lackOf = (memoryMib: number) =>
  `The engine's host has ${memoryMib} MiB of its 8.0 GiB of memory free, and a run wants 256 MiB`;

const away = () => onEngine(HOST, Promise.reject(new Error("connect ECONNREFUSED")));
const refused = (statusCode: number, said: string) => () =>
  onEngine(HOST, Promise.reject(Object.assign(new Error(said), { statusCode })));
const noManager = () => Promise.reject(new Fault("engine", "The engine is no Swarm manager", "Init."));
const AWAY = `The Docker engine at ${HOST} does not answer: connect ECONNREFUSED`;

type Answer<T> = T | (() => Promise<never>);
/** The answers in turn, the last of them for ever. */
const inTurn = <T extends object>(answers: readonly Answer<T>[]) => {
  let asked = 0;
  return async (): Promise<T> => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer === undefined) throw new Error("no answer was planned");
    return typeof answer === "function" ? answer() : answer;
  };
};

type Case = { checks?: Answer<typeof engine>[]; rooms?: Answer<Room>[] } & Partial<Preflight>;
const begin = ({ checks = [engine], rooms = [ample], ...more }: Case = {}) => {
  const [told, pauses]: [string[], number[]] = [[], []];
  let atMs = 0;
  const going = preflight({
    swarm: { check: inTurn(checks), room: inTurn(rooms) },
    wanted,
    waitMs: 25_000,
    waiting: (why) => told.push(why),
    now: () => new Date(atMs),
    signal: new AbortController().signal,
    pause: async (ms) => {
      pauses.push(ms);
      atMs += ms;
    },
    ...more,
  });
  return { going, told, pauses };
};

test("where all is well it says what the engine is, and waits for nothing", async () => {
  const { going, told, pauses } = begin();
  expect(await going).toEqual(engine);
  expect([told, pauses]).toEqual([[], []]);
});

test("a full host is waited for, and each change of its figures is told once", async () => {
  const { going, told, pauses } = begin({
    rooms: [free(120), free(120), free(200), free(256)],
    waitMs: 600_000,
  });
  expect(await going).toEqual(engine);
  expect(told).toEqual([lackOf(120), lackOf(200)]);
  expect(pauses).toEqual([10_000, 10_000, 10_000]);
});

test("when the wait is over it looks a last time, and ends in a fault of the engine's with the figures", async () => {
  const { going, pauses } = begin({ rooms: [free(120), free(120), free(110), free(100)] });
  await expect(going).rejects.toMatchObject({
    party: "engine",
    message: lackOf(100),
    mend: "Free memory there, or have runs want less by MIN_FREE_MEMORY.",
  });
  expect(pauses).toEqual([10_000, 10_000, 5_000]);
  const inTime = begin({ rooms: [free(120), free(110), free(100), ample] });
  expect(await inTime.going).toEqual(engine);
});

test("an engine that is away is waited for, and then its host's room", async () => {
  const { going, told } = begin({ checks: [away, engine], rooms: [away, free(101), ample], waitMs: 600_000 });
  expect(await going).toEqual(engine);
  expect(told).toEqual([AWAY, lackOf(101)]);
});

test("an engine that stays away is the fault", async () => {
  const { going } = begin({ checks: [away] });
  await expect(going).rejects.toMatchObject({ party: "engine", message: AWAY });
});

test("a host on which no container comes about may be full: that is waited for, and then told in the engine's words", async () => {
  const full = refused(500, "mkdir /var/lib/docker/overlay2/x: no space left on device");
  const { going, told } = begin({ rooms: [full] });
  const message = expect.stringMatching(/^The Docker engine refused a call: .*no space left on device$/);
  await expect(going).rejects.toMatchObject({ party: "engine", message });
  expect(told).toEqual([message]);
});

test.each<[string, Case]>([
  ["it is no manager", { checks: [noManager] }],
  ["it refuses to say what it is", { checks: [refused(500, "no")] }],
  ["the probe image is not on it", { rooms: [imageMissing] }],
  ["a defect of our own", { rooms: [() => Promise.reject(new TypeError("defect"))] }],
])("what does not pass by waiting is a fault at once: %s", async (_, broken) => {
  const { going, told, pauses } = begin(broken);
  await expect(going).rejects.toThrow();
  expect([told, pauses]).toEqual([[], []]);
});

test("a wait of 0 is none", async () => {
  const { going, told, pauses } = begin({ rooms: [free(120)], waitMs: 0 });
  await expect(going).rejects.toThrow(lackOf(120));
  expect([told, pauses]).toEqual([[], []]);
});

test("who wants it to end has it end at once: before it, and while the engine is asked", async () => {
  const never = () => new Promise<never>(() => undefined);
  await expect(begin({ checks: [never], signal: AbortSignal.abort("a push") }).going).rejects.toBe("a push");
  for (const stuck of [{ checks: [never] }, { rooms: [never] }]) {
    const asking = new AbortController();
    const { going } = begin({ ...stuck, signal: asking.signal });
    asking.abort("maya");
    await expect(going).rejects.toBe("maya");
  }
});

test("and while it waits by itself, which is ten seconds unless it is ended", async () => {
  const ending = new AbortController();
  const going = preflight({
    swarm: { check: async () => engine, room: async () => free(120) },
    wanted,
    waitMs: 600_000,
    waiting: () => queueMicrotask(() => ending.abort("maya")),
    now: () => new Date(0),
    signal: ending.signal,
  });
  await expect(going).rejects.toBe("maya");
});

function imageMissing(): Promise<never> {
  const cause = Object.assign(new Error("No such image: busybox:stable"), { statusCode: 404 });
  return Promise.reject(new Fault("engine", "The probe image is not on the engine", "Pull it.", cause));
}
