import { expect, test } from "vitest";
import { budgetOf, cgroupMemoryOf, hostMemoryOf, type ReadFile } from "../../../src/swarm/memory-files.ts";

const files =
  (contents: Record<string, string>): ReadFile =>
  (name) =>
    contents[name] ?? null;

/** As the kernel writes them, shortened by lines that nothing reads. */
const proc = {
  meminfo:
    "MemTotal:       24684092 kB\nMemFree:        22188924 kB\nMemAvailable:   23457288 kB\nHugePages_Total:       0\n",
  vmstat: "nr_free_pages 5547231\nallocstall_normal 0\noom_kill 59\noom_kill_other 7\nnuma_pte_updates 0\n",
  "pressure/memory":
    "some avg10=1.25 avg60=0.05 avg300=0.06 total=3596230\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=2526243\n",
};
const v1 = {
  "memory.usage_in_bytes": "3223552\n",
  "memory.max_usage_in_bytes": "482078720\n",
  "memory.limit_in_bytes": "1073741824\n",
  "memory.failcnt": "17\n",
  "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
};
const v2 = {
  "memory.current": "260104192\n",
  "memory.peak": "268435456\n",
  "memory.max": "268435456\n",
  "memory.events": "low 0\nhigh 0\nmax 31\noom 2\noom_kill 1\noom_group_kill 0\n",
};

test("the host's memory, from /proc", () => {
  expect(hostMemoryOf(files(proc))).toEqual({
    availableBytes: 23457288 * 1024,
    totalBytes: 24684092 * 1024,
    oomKills: 59,
    pressure: { some: 1.25, full: 0.5 },
  });
});

test("a kernel without PSI, or without the counter of kills, says less", () => {
  const { meminfo } = proc;
  const less = hostMemoryOf(files({ meminfo, vmstat: "nr_free_pages 5547231\n" }));
  expect(less).toMatchObject({ oomKills: null, pressure: null });
  expect(hostMemoryOf(files({ vmstat: proc.vmstat }))).toBeNull();
});

test("a cgroup of version 1", () => {
  expect(cgroupMemoryOf("v1", files(v1))).toEqual({
    usageBytes: 3223552,
    peakBytes: 482078720,
    limitBytes: 1073741824,
    limitHits: 17,
    oomKills: 2,
  });
});

test("a cgroup of version 2: `max` counts the hits of the limit, not `oom`", () => {
  expect(cgroupMemoryOf("v2", files(v2))).toEqual({
    usageBytes: 260104192,
    peakBytes: 268435456,
    limitBytes: 268435456,
    limitHits: 31,
    oomKills: 1,
  });
});

test("no limit is a null limit, in either version's words", () => {
  const unlimited = { ...v1, "memory.limit_in_bytes": "9223372036854771712\n" };
  expect(cgroupMemoryOf("v1", files(unlimited))?.limitBytes).toBeNull();
  expect(cgroupMemoryOf("v2", files({ ...v2, "memory.max": "max\n" }))?.limitBytes).toBeNull();
});

test("a kernel before 5.19 has no peak, one before 4.19 counts no kills in version 1", () => {
  const { "memory.peak": _, ...older } = v2;
  expect(cgroupMemoryOf("v2", files(older))).toMatchObject({ peakBytes: null, oomKills: 1 });
  const silent = { ...v1, "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n" };
  expect(cgroupMemoryOf("v1", files(silent))).toMatchObject({ oomKills: null, limitHits: 17 });
});

test("a cgroup that is gone is null, and so is what is no number", () => {
  expect(cgroupMemoryOf("v1", files({}))).toBeNull();
  expect(cgroupMemoryOf("v2", files({ ...v2, "memory.current": "" }))).toBeNull();
});

test("what is left of a budget: its limit without what is used, but for what files left in the cache", () => {
  const stat = {
    v1: "cache 9\ninactive_file 1\nactive_file 1\ntotal_cache 700\ntotal_inactive_file 400000\ntotal_active_file 23552\n",
    v2: "anon 5\nfile 700\ninactive_file 400000\nactive_file 104192\n",
  };
  expect(budgetOf("v1", files({ ...v1, "memory.stat": stat.v1 }))).toEqual({
    limitBytes: 1073741824,
    freeBytes: 1073741824 - 3223552 + 423552,
  });
  expect(budgetOf("v2", files({ ...v2, "memory.current": "260504192\n", "memory.stat": stat.v2 }))).toEqual({
    limitBytes: 268435456,
    freeBytes: 268435456 - 260504192 + 504192,
  });
  expect(budgetOf("v1", files(v1))?.freeBytes).toBe(1073741824 - 3223552);
});

test("nothing is left of a budget that is overdrawn, no more than all of it of any, and no limit is none", () => {
  expect(budgetOf("v2", files({ ...v2, "memory.current": "268435457\n" }))?.freeBytes).toBe(0);
  const cached = { ...v2, "memory.current": "4096\n", "memory.stat": "active_file 8192\n" };
  expect(budgetOf("v2", files(cached))?.freeBytes).toBe(268435456);
  expect(budgetOf("v2", files({ ...v2, "memory.max": "max\n" }))).toBeNull();
  expect(budgetOf("v1", files({ ...v1, "memory.limit_in_bytes": "9223372036854771712\n" }))).toBeNull();
  expect(budgetOf("v1", files({}))).toBeNull();
});
