/**
 * A finding about a death waits for its evidence: the failed task and its container are read after the state that tells of them,
 * which takes a busy engine seconds, and the kernel's flag may come up to a second after the death. Counted by our own clock,
 * from when the death was first seen. Where the kernel's counters have spoken already, nothing is waited for; nor for a container
 * that the record says was not to be had, as one on another node.
 */

import type { Death } from "../death.ts";
import type { Finding } from "../finding.ts";
import type { Rollout } from "../rollout.ts";
import { causeOf, isMemoryRuledOut } from "./cause.ts";
import type { Ruling } from "./ruling.ts";

const READ_WITHIN_MS = 5_000;
const FLAG_WITHIN_MS = 1_000;

export const withEvidence = (
  rollout: Rollout,
  nowMs: number,
  death: Death | null,
  finding: Finding,
): Ruling => {
  const since = Date.parse(death?.seenAt ?? rollout.now?.at ?? rollout.beganAt);
  const until = since + lackingForMs(rollout, death);
  return nowMs < until
    ? { is: "wait", for: ["the evidence of the failed task"], until, orElse: finding }
    : { is: "finding", finding };
};

/** How long what is lacking may still come; 0 where nothing is. */
const lackingForMs = (rollout: Rollout, death: Death | null): number => {
  if (death === null) return READ_WITHIN_MS;
  if (death.elsewhere !== null) return 0;
  const id = death.task.container;
  const isMissed = rollout.notCaptured.some(({ what }) => what === `container ${id}`);
  if (death.container === null && id !== null && !isMissed) return READ_WITHIN_MS;
  const cause = causeOf(death);
  return cause.is === "exited" && cause.code === 137 && !isMemoryRuledOut(death) ? FLAG_WITHIN_MS : 0;
};
