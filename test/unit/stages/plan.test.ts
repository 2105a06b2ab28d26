// The plan of a whole run: what each stage goes on with, and what one that is taken by itself begins with.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { creationsIn, goesOn, groundAfter, type Planned, planOf, stands } from "../../../src/stages/plan.ts";
import { type Ground, STAGES, type StageName, type Version } from "../../../src/stages/stage.ts";
import { base, head } from "../../support/builders.ts";

const theHead: Version = { is: "head", commit: head, ref: "7ae7b0f7" };
const theBase: Version = { is: "base", commit: base, ref: "1.0.0+1.0" };
const none = { is: "none", reason: "there is no release" } as const;

const plan = (stages: readonly StageName[], more: Partial<Parameters<typeof planOf>[0]> = {}): Planned[] =>
  planOf({
    stages,
    head: theHead,
    base: theBase,
    skips: new Map(),
    wanted: STAGES,
    ...more,
  });
const acts = (planned: Planned | undefined): string[] =>
  planned && "steps" in planned ? planned.steps.map(({ act }) => act) : [];
const stageOf = (planned: Planned | undefined) => {
  if (planned && "steps" in planned) return planned;
  throw new Error("not a stage");
};
const FRESH = ["remove", "provide", "check-out", "pull", "roll-out", "probe"];

describe("a whole run", () => {
  it("deploys twice: the head by itself, and the base that is upgraded and then serves the rest", () => {
    const all = plan(STAGES);
    expect(all.map((one) => creationsIn(stageOf(one).steps))).toEqual([1, 1, 0, 0, 0, 0]);
    expect(all.map((one) => stageOf(one).on)).toEqual([
      "nothing",
      "nothing",
      "head",
      "backup",
      "head",
      "nothing",
    ]);
  });

  it("goes on with what the install left where there is nothing to upgrade from", () => {
    const [, upgrade, backup] = plan(STAGES, { base: none });
    expect(upgrade).toEqual({ name: "upgrade", skip: none.reason });
    expect(acts(backup)).toEqual(["mark", "back-up"]);
  });

  it("takes no stage that the recipe skips, and says so of one that it leaves out", () => {
    const skips = new Map<StageName, string>([["backup", "it keeps nothing"]]);
    const [, , backup, , custom] = plan(STAGES, { skips, wanted: ["install", "upgrade", "restore"] });
    expect(backup).toEqual({ name: "backup", skip: "it keeps nothing" });
    expect(custom).toEqual({ name: "custom", unverified: "testme.yml leaves it out" });
  });
});

describe("a stage by itself", () => {
  it.each([
    ["backup", [...FRESH, "mark", "back-up"]],
    ["restore", [...FRESH, "mark", "back-up", "wipe", "restore", "probe", "read-marks"]],
    ["custom", [...FRESH, "test"]],
    ["lint", ["check-out", "lint"]],
  ] as const)("%s begins with what it needs", (name, expected) => {
    const [planned] = plan([name]);
    expect(acts(planned)).toEqual(expected);
    expect(stageOf(planned).on).toBe("nothing");
  });

  it("a restore after a custom stage makes its own archive of what stands", () => {
    const [, restore] = plan(["custom", "restore"]);
    expect(acts(restore)).toEqual(["mark", "back-up", "wipe", "restore", "probe", "read-marks"]);
    expect(stageOf(restore).on).toBe("head");
  });
});

describe("whether the stack is kept", () => {
  const ENDS = ["pass", "fail", "inconclusive", "cancelled", "skipped", "unverified"] as const;
  const isKeptAfter = (name: StageName, is: (typeof ENDS)[number], all = plan(STAGES)): boolean => {
    const nth = all.findIndex((one) => one.name === name);
    return goesOn(all.slice(nth + 1), groundAfter(stageOf(all[nth]), { is }));
  };

  it("not for an upgrade, which begins anew; but for what comes after it", () => {
    expect(isKeptAfter("install", "pass")).toBe(false);
    expect(isKeptAfter("install", "pass", plan(STAGES, { base: none }))).toBe(true);
    expect(isKeptAfter("upgrade", "pass")).toBe(true);
    expect(isKeptAfter("custom", "pass")).toBe(false);
  });

  it("not where the stage left no app, but a backup that failed has not touched it", () => {
    expect(isKeptAfter("upgrade", "fail")).toBe(false);
    expect(isKeptAfter("backup", "fail")).toBe(true);
    expect(isKeptAfter("backup", "fail", plan(["upgrade", "backup", "restore"]))).toBe(false);
    expect(isKeptAfter("restore", "fail")).toBe(false);
    expect(isKeptAfter("restore", "unverified")).toBe(true);
  });

  it("whatever is asked for and however it ends: kept only for a stage that can go on with it", () => {
    const grounds: readonly Ground[] = ["nothing", "head", "backup"];
    fc.assert(
      fc.property(
        fc.subarray([...STAGES]),
        fc.constantFrom(...grounds),
        fc.boolean(),
        (names, ground, has) => {
          const later = plan(names, { base: has ? theBase : none });
          const isUsed = later.some(
            (one) => "steps" in one && one.on !== "nothing" && stands(one.on, ground),
          );
          expect(goesOn(later, ground) && !isUsed).toBe(false);
          if (ground === "nothing") expect(goesOn(later, ground)).toBe(false);
        },
      ),
    );
  });
});
