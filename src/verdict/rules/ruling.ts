/** What one rule says of one rollout at one moment; null leaves the question to the next rule. */
import type { Finding } from "../finding.ts";
import type { Rollout } from "../rollout.ts";

export type Ruling =
  | { is: "finding"; finding: Finding }
  /**
   * Not decided yet: what it waits for, and when to look again though nothing happens (epoch ms). `orElse` is what it
   * comes to if the deadline is first.
   */
  | { is: "wait"; for: readonly string[]; until: number | null; orElse: Finding | null }
  /** It is up, and only watched whether it stays so, until then (epoch ms). */
  | { is: "hold"; for: string; until: number }
  /** This service is where it should be. */
  | { is: "settled" }
  /** The engine said a word that we do not know: judged by nobody, shown raw. */
  | { is: "unknown"; said: string };

/** `others` are the rollouts of the stack's other services at the same moment. */
export type Rule = (rollout: Rollout, nowMs: number, others: readonly Rollout[]) => Ruling | null;
