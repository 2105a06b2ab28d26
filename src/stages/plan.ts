/**
 * The plan of a whole run. Each stage goes on with what the one before it left; a stage that is taken by itself begins with what
 * it needs. Invariant: a deployment is made only where nothing that would do stands.
 */
import { backingUp, backup } from "./backup.ts";
import { custom } from "./custom.ts";
import { fresh } from "./fresh.ts";
import { install } from "./install.ts";
import { lint } from "./lint.ts";
import { restore } from "./restore.ts";
import type { Ground, Skip, Stage, StageName, Step, Untaken, Version } from "./stage.ts";
import { upgrade } from "./upgrade.ts";

export type Planned = Stage | Skip | Untaken;
export type Wish = {
  stages: readonly StageName[];
  head: Version;
  base: Version | { is: "none"; reason: string };
  /** Stages that the recipe skips on purpose, and why. */
  skips: ReadonlyMap<StageName, string>;
  /** Stages that the recipe wants to be taken. */
  wanted: readonly StageName[];
};

export const planOf = ({ stages, head, base, skips, wanted }: Wish): Planned[] => {
  let ground: Ground = "nothing";
  return stages.map((name) => {
    const skip = skips.get(name);
    if (skip !== undefined) return { name, skip };
    if (!wanted.includes(name)) return { name, unverified: "testme.yml leaves it out" };
    const planned = stageOf(name, base, head);
    if ("skip" in planned) return planned;
    const stage = onItsOwn(planned, ground, head);
    ground = groundAfter(stage, { is: "pass" });
    return stage;
  });
};

const stageOf = (name: StageName, base: Wish["base"], head: Version): Stage | Skip => {
  switch (name) {
    case "install":
      return install(head);
    case "upgrade":
      return upgrade(base, head);
    case "backup":
      return backup(head);
    case "restore":
      return restore(head);
    case "custom":
      return custom(head);
    case "lint":
      return lint(head);
  }
};

/** What it needs and nobody before it leaves, it makes itself. */
const onItsOwn = (stage: Stage, ground: Ground, head: Version): Stage => {
  if (stands(stage.on, ground)) return stage;
  const deploying: readonly Step[] = ground === "nothing" ? fresh(head) : [];
  const steps = stage.on === "backup" ? [...deploying, ...backingUp(head)] : deploying;
  return { ...stage, on: ground === "nothing" ? "nothing" : "head", steps: [...steps, ...stage.steps] };
};

/** Whether what a stage needs is there. */
export const stands = (needed: Ground, there: Ground): boolean =>
  needed === "nothing" || needed === there || there === "backup";

/** What stands after a stage, by what it ended in. */
export const groundAfter = ({ name }: Stage, { is }: { is: string }): Ground => {
  const stood = is === "pass" ? LEAVES[name] : "head";
  if (is === "pass" || is === "skipped" || is === "unverified") return stood;
  // A backup that failed has not touched the app.
  return is === "fail" && name === "backup" ? "head" : "nothing";
};

const LEAVES: Record<StageName, Ground> = {
  install: "head",
  upgrade: "head",
  backup: "backup",
  restore: "backup",
  custom: "head",
  lint: "nothing",
};

/** Whether one of the stages to come goes on with what stands, before one that begins anew. */
export const goesOn = (later: readonly Planned[], ground: Ground): boolean => {
  for (const stage of later) {
    if (!("steps" in stage)) continue;
    if (stage.on !== "nothing" && ground !== "nothing" && stands(stage.on, ground)) return true;
    if (stage.steps.some(({ act }) => act === "remove")) return false;
  }
  return false;
};

/** How many deployments on an empty engine these steps make. */
export const creationsIn = (steps: readonly Step[]): number => {
  let [made, isEmpty] = [0, true];
  for (const { act } of steps) {
    if (act === "remove") isEmpty = true;
    if (act === "roll-out" && isEmpty) [made, isEmpty] = [made + 1, false];
  }
  return made;
};
