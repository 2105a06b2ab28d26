/** What one rule says of one rollout at one moment; null leaves the question to the next rule. */
import type { Finding } from "../finding.ts";
import type { Rollout } from "../rollout.ts";

export type Ruling =
  | { is: "finding"; finding: Finding }
  /** Not decided yet: what it waits for, and when to look again though nothing happens (epoch ms). */
  | { is: "wait"; for: readonly string[]; until: number | null }
  /** This service is where it should be. */
  | { is: "settled" }
  /** The engine said a word that we do not know: judged by nobody, shown raw. */
  | { is: "unknown"; said: string };

export type Rule = (rollout: Rollout, nowMs: number) => Ruling | null;
