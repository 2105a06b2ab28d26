/**
 * A stage is a plan: steps as data, so that it can be printed, compared and stored. Who carries a step out is the
 * runner's business. Steps stop at the first finding; the cleanup always runs.
 */
import type { Commit } from "../recipe/commit.ts";

export const STAGES = ["install", "upgrade"] as const;
export type StageName = (typeof STAGES)[number];

/** One state of the recipe; `ref` is what a person calls it (a tag, a branch, "the pull request's head"). */
export type Version = { is: "head" | "base"; commit: Commit; ref: string };

type Acts = {
  /** Puts the run's private tree at this version, reads the recipe there and refuses what cannot be deployed. */
  "check-out": { version: Version };
  /** Deploys what is checked out, over whatever stands, and follows every service to a settled state. */
  "roll-out": { version: Version };
  /** Asks the app itself: converged is not serving. */
  probe: { version: Version };
  remove: { why: string };
};
export type Act = keyof Acts;
export type Step<A extends Act = Act> = { [K in A]: { act: K } & Acts[K] }[A];
export type Stage = { name: StageName; steps: readonly Step[]; cleanup: readonly Step[] };
/** A stage that has nothing to do, and why. */
export type Skip = { name: StageName; skip: string };
