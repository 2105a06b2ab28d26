/**
 * A finding about a death waits a moment for its evidence: the dead container is read after its task, and the kernel's
 * flag may come up to a second after the death. Counted by our own clock, from when the death was first seen. Where the
 * kernel's counters have spoken already, nothing is waited for; nor where the container is on another node, since what it
 * left will not come from there.
 */

import type { Death } from "../death.ts";
import type { Finding } from "../finding.ts";
import type { Rollout } from "../rollout.ts";
import { causeOf, isMemoryRuledOut } from "./cause.ts";
import type { Ruling } from "./ruling.ts";

const EVIDENCE_WITHIN_MS = 1_000;

export const withEvidence = (
  rollout: Rollout,
  nowMs: number,
  death: Death | null,
  finding: Finding,
): Ruling => {
  const until = Date.parse(death?.seenAt ?? rollout.now?.at ?? rollout.beganAt) + EVIDENCE_WITHIN_MS;
  return nowMs < until && isLacking(death)
    ? { is: "wait", for: ["the evidence of the failed task"], until, orElse: finding }
    : { is: "finding", finding };
};

const isLacking = (death: Death | null): boolean => {
  if (death === null) return true;
  if (death.elsewhere !== null) return false;
  if (death.container === null && death.task.container !== null) return true;
  const cause = causeOf(death);
  return cause.is === "exited" && cause.code === 137 && !isMemoryRuledOut(death);
};
