/**
 * A first deploy has no UpdateStatus, and where another write has ended Swarm's watch there is none either: its tasks are then
 * restarted for ever. Three deaths of distinct tasks say so without burning the deadline.
 */
import { loopRuling } from "./looping.ts";
import type { Rule } from "./ruling.ts";

export const crashLooping: Rule = (rollout, nowMs, others) =>
  loopRuling("crash-looping", rollout, nowMs, others);
