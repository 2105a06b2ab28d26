/**
 * When nothing is in flight and no rollback took the label away: does the service say that it is the commit under
 * test? Only here may a stamp be called wrong, and `never-applied` needs both witnesses to be silent: the recorder never
 * saw the stamp, and the engine has no task that was created under it.
 */
import { isStampOf } from "../../recipe/stamp.ts";
import type { StampFault } from "../finding.ts";
import type { Rollout } from "../rollout.ts";
import type { Rule } from "./ruling.ts";

export const stamp: Rule = (rollout) => {
  const { stampedService, commit } = rollout.expectation;
  if (rollout.service !== stampedService) return null;
  const got = stampIn(rollout.now?.service.spec.labels, rollout);
  if (got !== null && isStampOf(got, commit)) return null;
  return {
    is: "finding",
    finding: { is: "stamp-mismatch", rollout, how: howItWentWrong(rollout, got), got },
  };
};

export const stampIn = (
  labels: Readonly<Record<string, string>> | undefined,
  rollout: Rollout,
): string | null => labels?.[rollout.expectation.stampLabel] ?? null;

const howItWentWrong = (rollout: Rollout, got: string | null): StampFault => {
  const wasSeen = rollout.history.some((s) => {
    const seen = stampIn(s.service.spec.labels, rollout);
    return seen !== null && isStampOf(seen, rollout.expectation.commit);
  });
  const older = new Set(rollout.olderTasks.map((t) => t.id));
  if (wasSeen || rollout.stamped.some((id) => !older.has(id))) return "overwritten";
  return got === null ? "absent" : "never-applied";
};
