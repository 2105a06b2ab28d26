/** Where the counters are found: folders as the kernel lays them out, with what nothing reads left out. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { budgetAround, memoryOfHost } from "../../../src/swarm/host-memory.ts";

const UNIX = "unix:///var/run/docker.sock";
const [one, two] = ["1".repeat(64), "2".repeat(64)];
const proc = {
  "proc/meminfo": "MemTotal:       1000 kB\nMemAvailable:    400 kB\n",
  "proc/vmstat": "oom_kill 5\n",
};
const v1 = (usage: number) => ({
  "memory.usage_in_bytes": `${usage}\n`,
  "memory.limit_in_bytes": "9223372036854771712\n",
  "memory.failcnt": "0\n",
  "memory.oom_control": "oom_kill 0\n",
});
const v2 = (usage: number) => ({ "memory.current": `${usage}\n`, "memory.events": "max 1\noom_kill 2\n" });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-host-"));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (files: Record<string, string>, under = ""): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, under, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
};
const reader = (host = UNIX) =>
  memoryOfHost(host, { proc: join(folder, "proc"), cgroup: join(folder, "cgroup") });

test("version 1 with the cgroupfs driver: the containers lie in a cgroup of the engine's own", async () => {
  await write(proc);
  await write(v1(0), "cgroup/memory");
  await write(v1(9), "cgroup/memory/user.slice");
  await write(v1(30), "cgroup/memory/docker");
  await write(v1(10), `cgroup/memory/docker/${one}`);
  await write(v1(20), `cgroup/memory/docker/${two}`);
  const read = reader();
  const both = await read([one, two]);
  expect(both?.host).toMatchObject({ availableBytes: 400 * 1024, oomKills: 5, pressure: null });
  expect(both?.parent).toMatchObject({ usageBytes: 30, limitBytes: null });
  expect(Object.entries(both?.containers ?? {}).map(([id, { usageBytes }]) => [id, usageBytes])).toEqual([
    [one, 10],
    [two, 20],
  ]);
  await rm(join(folder, `cgroup/memory/docker/${one}`), { recursive: true });
  const left = await read([one, two]);
  expect(Object.keys(left?.containers ?? {})).toEqual([two]);
  expect(left?.parent).not.toBeNull();
});

test("version 2 with systemd's driver: the slice of the whole system is no engine's own", async () => {
  await write(proc);
  await write({ "cgroup.controllers": "cpuset cpu io memory pids\n" }, "cgroup");
  await write(v2(500), "cgroup/system.slice");
  await write(v2(10), `cgroup/system.slice/docker-${one}.scope`);
  expect(await reader()([one])).toMatchObject({
    parent: null,
    containers: { [one]: { usageBytes: 10, limitHits: 1, oomKills: 2 } },
  });
});

test("version 2 with a parent that the engine was given", async () => {
  await write(proc);
  await write({ "cgroup.controllers": "memory\n" }, "cgroup");
  await write(v2(70), "cgroup/apps.slice/apps-docker.slice");
  await write(v2(10), `cgroup/apps.slice/apps-docker.slice/docker-${one}.scope`);
  expect(await reader()([one])).toMatchObject({ parent: { usageBytes: 70 }, containers: { [one]: {} } });
});

test("a host that counts memory in version 1 beside a version 2 without it", async () => {
  await write(proc);
  await write(v1(0), "cgroup/memory");
  await write({ "cgroup.controllers": "\n" }, "cgroup/unified");
  await write(v1(10), `cgroup/memory/docker/${one}`);
  expect(await reader()([one])).toMatchObject({ containers: { [one]: { usageBytes: 10 } } });
});

test("without the host's cgroups the host's part still counts", async () => {
  await write(proc);
  expect(await reader()([one])).toMatchObject({ host: { oomKills: 5 }, parent: null, containers: {} });
  await write(v1(0), "cgroup/memory");
  expect(await reader()([one])).toMatchObject({ host: { oomKills: 5 }, parent: null, containers: {} });
});

test("an engine that is reached otherwise has another host, and a host without /proc has no answer", async () => {
  expect(await reader()([])).toBeNull();
  await write(proc);
  expect(await reader()([])).not.toBeNull();
  expect(await reader("tcp://127.0.0.1:2375")([])).toBeNull();
  expect(await reader("ssh://root@example.com")([])).toBeNull();
});

const limited = (usage: number, limit: number) => ({
  "memory.current": `${usage}\n`,
  "memory.max": `${limit}\n`,
  "memory.stat": "inactive_file 0\nactive_file 0\n",
});
const budget = (host = UNIX) => budgetAround(host, join(folder, "cgroup"));

test("the budget of a container is the tightest limit above it, whoever shares it", async () => {
  await write({ "cgroup.controllers": "memory\n" }, "cgroup");
  await write(limited(10, 1_000), "cgroup/system.slice");
  await write(limited(1, 500), "cgroup/system.slice/engine.service");
  await write(limited(5, 32), `cgroup/system.slice/engine.service/docker/${one}`);
  expect(await budget()(one)).toEqual({ limitBytes: 500, freeBytes: 499 });
  await write(limited(600, 1_000), "cgroup/system.slice");
  expect(await budget()(one)).toEqual({ limitBytes: 1_000, freeBytes: 400 });
  await write(limited(800, 900), "cgroup");
  expect(await budget()(one)).toEqual({ limitBytes: 900, freeBytes: 100 });
});

test("a container that is not on this kernel, or that nothing bounds, has no budget", async () => {
  expect(await budget()(one)).toBeNull();
  await write({ "cgroup.controllers": "memory\n" }, "cgroup");
  await write(limited(10, 100), "cgroup/docker");
  expect(await budget()(one)).toBeNull();
  await write(v2(10), `cgroup/free/${two}`);
  expect(await budget()(two)).toBeNull();
  await write(limited(5, 32), `cgroup/docker/${one}`);
  expect(await budget()(one)).toEqual({ limitBytes: 100, freeBytes: 90 });
  expect(await budget("tcp://127.0.0.1:2375")(one)).toBeNull();
});

test("a budget can be read again when the container that showed the way is gone", async () => {
  const read = budget();
  expect(await read(null)).toBeNull();
  await write({ "cgroup.controllers": "memory\n" }, "cgroup");
  await write(limited(10, 100), "cgroup/docker");
  await write(limited(5, 32), `cgroup/docker/${one}`);
  expect(await read(one)).toEqual({ limitBytes: 100, freeBytes: 90 });
  await rm(join(folder, `cgroup/docker/${one}`), { recursive: true });
  await write(limited(70, 100), "cgroup/docker");
  expect(await read(null)).toEqual({ limitBytes: 100, freeBytes: 30 });
});
