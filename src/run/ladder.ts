/**
 * The five rungs, and the level: the highest rung that passed with every lower one passed or skipped on purpose. Invariant: it may
 * understate, and never overstates: what failed and what nobody has shown hold it down alike.
 */

/** From the lowest up; the first is level 1. */
export const RUNGS = ["install", "upgrade", "backup-restore", "custom", "lint"] as const;
export type Rung = (typeof RUNGS)[number];
export type RungStatus = "pass" | "fail" | "skip" | "unverified";
export type Level = 0 | 1 | 2 | 3 | 4 | 5;
/** `reason` says why it did not pass: of a fail, the name of its finding or the broken rules; null where it did. */
export type RungState = { rung: Rung; status: RungStatus; reason: string | null };
export type Ladder = { level: Level; rungs: readonly RungState[] };

/** `statuses` from the lowest rung up. */
export const levelOf = (statuses: readonly RungStatus[]): Level => {
  let level: Level = 0;
  for (const [index, next] of LEVELS.entries()) {
    const status = statuses[index];
    if (status === "pass") level = next;
    else if (status !== "skip") break;
  }
  return level;
};
const LEVELS = [1, 2, 3, 4, 5] as const;
