/**
 * The kernel's files about memory, from text to numbers: /proc, and a cgroup's own files in both versions of cgroups. Text
 * that says something else is null, never a guess; what the kernel means by "no limit" is a null limit.
 */
import type { CgroupMemory, HostMemory } from "../verdict/observation.ts";

/** File name → content; null where there is no such file. */
export type ReadFile = (name: string) => string | null;
export type CgroupVersion = "v1" | "v2";
export const CGROUP_FILES = {
  v1: [
    "memory.usage_in_bytes",
    "memory.max_usage_in_bytes",
    "memory.limit_in_bytes",
    "memory.failcnt",
    "memory.oom_control",
  ],
  v2: ["memory.current", "memory.peak", "memory.max", "memory.events"],
} as const satisfies Record<CgroupVersion, readonly string[]>;
/** Of a cgroup that bounds others, how much is left in it. */
export const BUDGET_FILES = {
  v1: ["memory.usage_in_bytes", "memory.limit_in_bytes", "memory.stat"],
  v2: ["memory.current", "memory.max", "memory.stat"],
} as const satisfies Record<CgroupVersion, readonly string[]>;
export const HOST_FILES = ["meminfo", "vmstat", "pressure/memory"] as const;

/** v1 writes "no limit" as the largest multiple of a page; no host has half of that. */
const NO_LIMIT_BYTES = 2 ** 62;
const BYTES_PER_KB = 1024;

/** From the files of /proc. */
export const hostMemoryOf = (read: ReadFile): HostMemory | null => {
  const info = read("meminfo") ?? "";
  const available = wordAfter(info, "MemAvailable:");
  const total = wordAfter(info, "MemTotal:");
  if (available === null || total === null) return null;
  return {
    availableBytes: available * BYTES_PER_KB,
    totalBytes: total * BYTES_PER_KB,
    oomKills: wordAfter(read("vmstat") ?? "", "oom_kill"),
    pressure: pressureOf(read("pressure/memory") ?? ""),
  };
};

/** From the files of one cgroup; null where it is gone. */
export const cgroupMemoryOf = (version: CgroupVersion, read: ReadFile): CgroupMemory | null => {
  const usage = numberOf(read(version === "v1" ? "memory.usage_in_bytes" : "memory.current"));
  if (usage === null) return null;
  if (version === "v1")
    return {
      usageBytes: usage,
      peakBytes: numberOf(read("memory.max_usage_in_bytes")),
      limitBytes: limitOf(read("memory.limit_in_bytes")),
      limitHits: numberOf(read("memory.failcnt")),
      oomKills: wordAfter(read("memory.oom_control") ?? "", "oom_kill"),
    };
  const events = read("memory.events") ?? "";
  return {
    usageBytes: usage,
    peakBytes: numberOf(read("memory.peak")),
    limitBytes: limitOf(read("memory.max")),
    limitHits: wordAfter(events, "max"),
    oomKills: wordAfter(events, "oom_kill"),
  };
};

export type Budget = { limitBytes: number; freeBytes: number };

/**
 * Null where the cgroup has no limit. What it uses is partly what files left in the page cache; the kernel takes that back
 * before it kills, and calls it available in a host's figures, so here it is free as well.
 */
export const budgetOf = (version: CgroupVersion, read: ReadFile): Budget | null => {
  const usage = numberOf(read(version === "v1" ? "memory.usage_in_bytes" : "memory.current"));
  const limitBytes = limitOf(read(version === "v1" ? "memory.limit_in_bytes" : "memory.max"));
  if (usage === null || limitBytes === null) return null;
  const stat = read("memory.stat") ?? "";
  // Version 1 counts its own pages under the bare names, and those of all below it under these.
  const prefix = version === "v1" ? "total_" : "";
  const cached = (list: "active" | "inactive") => wordAfter(stat, `${prefix}${list}_file`) ?? 0;
  const free = limitBytes - usage + cached("active") + cached("inactive");
  return { limitBytes, freeBytes: Math.min(limitBytes, Math.max(0, free)) };
};

/** The number that follows this very word at the beginning of a line. */
const wordAfter = (text: string, word: string): number | null => {
  for (const line of text.split("\n")) {
    const [name, value] = line.split(/\s+/);
    if (name === word) return numberOf(value ?? null);
  }
  return null;
};

const numberOf = (text: string | null): number | null =>
  text !== null && /^\d+$/.test(text.trim()) ? Number(text) : null;

const limitOf = (text: string | null): number | null => {
  const bytes = numberOf(text);
  return bytes === null || bytes >= NO_LIMIT_BYTES ? null : bytes;
};

const pressureOf = (text: string): HostMemory["pressure"] => {
  const average = (kind: string) => new RegExp(`^${kind} avg10=([\\d.]+)`, "m").exec(text)?.[1];
  const [some, full] = [average("some"), average("full")];
  return some === undefined || full === undefined ? null : { some: Number(some), full: Number(full) };
};
