/** The room on a real engine's host: the budget around its containers counts, and nothing that looked stays behind. */
import { afterEach, expect, test } from "vitest";
import { preflight } from "../../src/runner/preflight.ts";
import { realTools } from "../../src/world.ts";
import { docker, leftovers, startEngine } from "../support/engine.ts";
import { engineConfig, engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const MIB = 1024 ** 2;
const HOLDER = "testme-room-holder";
const LABELS = ["testme.owner=a test", "testme.looks-for=room"];
const config = engineConfig(temporaryFolder());
const { swarm } = realTools(config, "a test");
const on = (...args: string[]) => docker(engineHost(), ...args);
const looking = () =>
  on("ps", "--all", "--quiet", ...LABELS.flatMap((label) => ["--filter", `label=${label}`]));
afterEach(() => on("rm", "--force", HOLDER));

test("what other containers hold is not free, and files that were read only are", async () => {
  const { memoryBudgetBytes } = await startEngine();
  const before = await swarm.room();
  if (memoryBudgetBytes !== null) {
    expect(before.memoryBytes).toBe(memoryBudgetBytes);
    expect(before.memoryFreeBytes).toBeLessThanOrEqual(memoryBudgetBytes);
  }
  const holds = "head -c 104857600 /dev/zero > /held/zeros; echo held; exec sleep 600";
  const cached = "head -c 104857600 /dev/zero > /zeros; cat /zeros > /dev/null";
  await on(
    "run",
    "--detach",
    "--name",
    HOLDER,
    "--network",
    "none",
    "--tmpfs",
    "/held",
    "testme/fixture:1",
    "sh",
    "-c",
    `${cached}; ${holds}`,
  );
  await expect.poll(() => on("logs", HOLDER)).toBe("held");
  const during = await swarm.room();
  const taken = (before.memoryFreeBytes ?? 0) - (during.memoryFreeBytes ?? 0);
  // On a host without a budget others take and give meanwhile.
  if (memoryBudgetBytes !== null) {
    expect(taken / MIB).toBeGreaterThan(90);
    expect(taken / MIB).toBeLessThan(120);
  }
  expect(during.diskBytes).toBe(before.diskBytes);
});

test("in a budget that is all but used up it starts nothing, for which the kernel might kill a neighbour", async () => {
  const { memoryBudgetBytes } = await startEngine();
  if (memoryBudgetBytes === null) return;
  await swarm.room();
  const holds = `head -c ${memoryBudgetBytes - 20 * MIB} /dev/zero > /held/zeros; echo held; exec sleep 600`;
  await on(
    "run",
    "--detach",
    "--name",
    HOLDER,
    "--network",
    "none",
    "--tmpfs",
    "/held:size=100%",
    "testme/fixture:1",
    "sh",
    "-c",
    holds,
  );
  await expect.poll(() => on("logs", HOLDER)).toBe("held");
  const room = await swarm.room();
  expect(room).toMatchObject({ memoryBytes: memoryBudgetBytes, diskFreeBytes: null });
  expect(room.memoryFreeBytes).toBeLessThan(20 * MIB);
});

test("nothing that looked is left, and looks do not disturb one another", async () => {
  const except = await leftovers(engineHost());
  const rooms = await Promise.all([1, 2, 3].map(() => swarm.room()));
  expect(new Set(rooms.map(({ diskBytes }) => diskBytes)).size).toBe(1);
  expect(await looking()).toBe("");
  expect(await leftovers(engineHost(), { except })).toEqual([]);
});

test("a probe image that is not on the engine is named", async () => {
  const without = realTools({ ...config, probeImage: "testme/nothing:0" }, "a test").swarm;
  await expect(without.room()).rejects.toMatchObject({
    party: "engine",
    message: "The probe image testme/nothing:0 is not on the engine",
  });
  expect(await looking()).toBe("");
});

test("what a killed process left unstarted is taken away as a stray, and what another's has just made stays", async () => {
  const labels = LABELS.flatMap((label) => ["--label", label]);
  await on("create", "--name", HOLDER, ...labels, "testme/fixture:1", "sleep", "1");
  await swarm.removeStrays(new Date(Date.now() - 60_000));
  expect(await looking()).not.toBe("");
  const look = async () => {
    await swarm.removeStrays(new Date());
    return looking();
  };
  await expect.poll(look).toBe("");
});

test("a run that wants more than the host has ends before it begins, with the host's own figures", async () => {
  const { memoryBytes } = await swarm.room();
  const going = preflight({
    swarm,
    wanted: { memoryBytes: (memoryBytes ?? 0) + MIB, diskBytes: 0 },
    waitMs: 0,
    waiting: () => undefined,
    now: () => new Date(),
    signal: new AbortController().signal,
  });
  const words =
    /^The engine's host has \S+ [MG]iB of its \S+ [MG]iB of memory free, and a run wants \S+ [MG]iB$/;
  await expect(going).rejects.toMatchObject({ party: "engine", message: expect.stringMatching(words) });
});
