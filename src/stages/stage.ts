/**
 * A stage is a plan: steps as data, so that it can be printed, compared and stored. Who carries a step out is the
 * runner's business. Steps stop at the first finding. Stages only say what is to be done and what has to be there for it: one
 * deployment serves as many of them as it can, and each act is carried out once.
 */
import type { Commit } from "../recipe/commit.ts";

/** In the order in which a run takes them. */
export const STAGES = ["install", "upgrade", "backup", "restore", "custom", "lint"] as const;
export type StageName = (typeof STAGES)[number];

/** One state of the recipe; `ref` is what a person calls it (a tag, a branch, "the pull request's head"). */
export type Version = { is: "head" | "base"; commit: Commit; ref: string };

type Acts = {
  /** Deploys what the recipe needs beside it, unless it stands already; it stays until the run is over. */
  provide: { for: Version };
  /** Puts the run's private tree at this version, reads the recipe there and refuses what cannot be deployed. */
  "check-out": { version: Version };
  /** Fetches the images that the engine does not have, so that a registry's trouble is told as one. */
  pull: { version: Version };
  /** Deploys what is checked out, over whatever stands, and follows every service to a settled state. */
  "roll-out": { version: Version };
  /** Takes away the services that the version before had and this one has no longer. */
  "remove-orphans": { version: Version };
  /** Asks the app itself: converged is not serving. */
  probe: { version: Version };
  /** Leaves data in the app that a restore has to bring back. */
  mark: { version: Version };
  /** Runs the recipe's backup hooks and takes its volumes out of the engine into an archive, which is then read. */
  "back-up": { version: Version };
  /** Stops the app, removes its volumes, starts it again on empty ones, and sees that the marks are gone. */
  wipe: { version: Version };
  /** Puts the archive back and runs the recipe's restore hooks. */
  restore: { version: Version };
  /** Looks for what was marked. */
  "read-marks": { version: Version };
  /** Runs the recipe's own tests in containers beside the app. */
  test: { version: Version };
  /** Holds the recipe's files against the conventions. */
  lint: { version: Version };
  remove: { why: string };
};
export type Act = keyof Acts;
/** In the order in which what they find is told. */
export const ACTS = [
  "provide",
  "check-out",
  "pull",
  "roll-out",
  "remove-orphans",
  "probe",
  "mark",
  "back-up",
  "wipe",
  "restore",
  "read-marks",
  "test",
  "lint",
  "remove",
] as const satisfies readonly Act[];
export type Step<A extends Act = Act> = { [K in A]: { act: K } & Acts[K] }[A];
/** What stands on the engine: nothing, the head, or the head and an archive of its data. */
export type Ground = "nothing" | "head" | "backup";
export type Stage = {
  name: StageName;
  /** What has to stand before its first step; "nothing" where it begins by itself. */
  on: Ground;
  steps: readonly Step[];
  /** Carried out whatever happened, unless the next stage goes on with what stands. */
  cleanup: readonly Step[];
};
/** A stage that has nothing to do on purpose, and why. */
export type Skip = { name: StageName; skip: string };
/** A stage that is not taken though nobody said that it has nothing to show. */
export type Untaken = { name: StageName; unverified: string };
