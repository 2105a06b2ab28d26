/**
 * Bears with an engine that cannot be reached for a while: a restart, a dropped connection. What fails in that time is asked
 * again by whoever asked; only an engine that stays away that long is a fault of the run. Any other error is one at once.
 */
import { Fault } from "../../verdict/fault.ts";

/** False: the engine was not there, and may come back. */
export type Attempt = (work: () => Promise<void>) => Promise<boolean>;

export const patience = (forMs: number, now: () => Date, onAway: (fault: Fault) => void): Attempt => {
  let awaySinceMs: number | null = null;
  return async (work) => {
    try {
      await work();
      awaySinceMs = null;
      return true;
    } catch (error) {
      if (!(error instanceof Fault) || error.party !== "engine") throw error;
      const nowMs = now().getTime();
      if (awaySinceMs === null) {
        awaySinceMs = nowMs;
        onAway(error);
      }
      if (nowMs - awaySinceMs >= forMs) throw error;
      return false;
    }
  };
};
