// A container that is killed for want of the host's memory bears the same flag as one that reached its own limit. A limit that the bot
// lent is blamed only where it was reached.
import { describe, expect, it } from "vitest";
import { memoryAdvice } from "../../../src/report/story-memory.ts";
import type { Death } from "../../../src/verdict/death.ts";
import { limitReached } from "../../../src/verdict/limit.ts";
import type { CgroupMemory, Container, Memory } from "../../../src/verdict/observation.ts";
import type { Rollout } from "../../../src/verdict/rollout.ts";
import { at, fullName } from "../../support/builders.ts";
import * as told from "./stories.ts";

const MIB = 1024 ** 2;
const LIMIT = 256 * MIB;
const cgroup = (usedMiB: number, limitMiB: number | null, limitHits = 0): CgroupMemory => ({
  usageBytes: usedMiB * MIB,
  peakBytes: usedMiB * MIB,
  limitBytes: limitMiB === null ? null : limitMiB * MIB,
  limitHits,
  oomKills: 0,
});
type Sample = { used?: number; hits?: number; free?: number; total?: number; parent?: CgroupMemory };
const sample = ({ used = 100, hits = 0, free = 2_000, total = 4_000, parent }: Sample): Memory => ({
  host: { availableBytes: free * MIB, totalBytes: total * MIB, oomKills: 0, pressure: null },
  parent: parent ?? null,
  containers: { "container-of-new1": cgroup(used, 256, hits) },
});

const found = told.outOfMemory().judged();
const [finding] = found.is === "settled" ? found.findings : [];
if (finding?.is !== "rolled-back" || finding.death === null || finding.death.container === null)
  throw new Error("tells another story");
const { rollout } = finding;
const death: Death = finding.death;
const container: Container = finding.death.container;

const dying = (memory: Memory | null, memoryLimitBytes: number | null = LIMIT): Death => ({
  ...death,
  container: { ...container, memoryLimitBytes },
  memory: memory && {
    before: { at: at(1), memory },
    after: { at: at(2), memory: { ...memory, containers: {} } },
  },
});
const lending: Rollout = {
  ...rollout,
  expectation: { ...rollout.expectation, lent: { [fullName("app")]: { memoryBytes: LIMIT } } },
};

describe("a limit of the recipe's own", () => {
  it("is what its container ran into, whatever the host says", () => {
    for (const memory of [null, sample({}), sample({ free: 10 })])
      expect(limitReached(rollout, dying(memory))).toEqual({ bytes: LIMIT, isLent: false });
  });

  it("is its own where the bot lent other services one, or this one another", () => {
    const { expectation } = rollout;
    for (const lent of [
      { other: { memoryBytes: LIMIT } },
      { [fullName("app")]: { memoryBytes: 1, cpus: 2 } },
    ])
      expect(limitReached({ ...rollout, expectation: { ...expectation, lent } }, dying(null))).toEqual({
        bytes: LIMIT,
        isLent: false,
      });
  });
});

describe("a limit that the bot lent", () => {
  it.each<[string, Sample]>([
    ["had been touched", { hits: 1, free: 10 }],
    ["had all but been used up", { used: 240, free: 10 }],
    ["was small beside what was free", {}],
    ["was small beside what the engine's containers had left", { parent: cgroup(700, 2_048) }],
  ])("is blamed where it %s", (_, memory) =>
    expect(limitReached(lending, dying(sample(memory)))).toEqual({ bytes: LIMIT, isLent: true }),
  );

  it("is not blamed where nothing is known of that moment", () =>
    expect(limitReached(lending, dying(null))).toBeNull());

  it.each<[string, Sample]>([
    ["the host ran short", { free: 10 }],
    ["the host has no more than that at all", { total: 256 }],
    ["all the engine's containers may use no more than that", { parent: cgroup(60, 256) }],
    ["the engine's containers had used up what they may", { parent: cgroup(2_000, 2_048) }],
  ])("is not blamed where %s", (_, memory) =>
    expect(limitReached(lending, dying(sample(memory)))).toBeNull(),
  );
});

it("where there is none, or no container was seen, none was reached", () => {
  expect(limitReached(lending, dying(sample({}), null))).toBeNull();
  expect(limitReached(lending, null)).toBeNull();
});

it("what to do is said by whose limit it was", () => {
  const bytes = LIMIT;
  expect(memoryAdvice(lending, false, { bytes, isLent: true })).toBe(
    "The recipe sets this service no limit, and the bot lends it 256 MiB: say in `deploy.resources.limits.memory` what it needs, or let whoever runs the bot raise `defaults.memoryBytes` in `POLICY`, or make the new version need less; then re-run.",
  );
  expect(memoryAdvice(lending, false, { bytes, isLent: false })).toContain("raise `resources.limits.memory`");
  // The seed's own story: old and new at once, on a host that has not room for both.
  expect(memoryAdvice(lending, false, null)).toContain("Use `order: stop-first`");
});
