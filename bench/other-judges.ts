/**
 * How other tools judge the same trial, in the reading that is kindest to them.
 *
 * The docker CLI knows two words, so it is right if `stack deploy --detach=false` ends with 0 on a good rollout and with
 * anything else on a bad one, whatever it prints. If it still waits when our verdict has been there for a while, it has
 * said nothing, and nothing is wrong.
 *
 * A poller inspects the service and its tasks once in a period and stops at the first answer that is final:
 * - Only looks from after the engine took the specs count: a tool polls when its deploy call has come back.
 * - `rollback_started` and `updating` are in flight. `rollback_completed` is rolled-back, `rollback_paused` and `paused` are
 *   just that; neither needs running tasks. It is right without a cause, and whoever asked for the rollback.
 * - `completed`, or no status at all, is final once as many tasks run as are wanted; then the label decides between good
 *   and stamp-mismatch, and any kind of mismatch is the right one. That is the test of `docker service ls`: n of n running.
 * - It knows no images, no scheduler and no loops, for which a poller would need rules that no tool is known to have; where
 *   those matter it either says good or never ends.
 * - A stack is good when every service is, and the first bad one names it.
 */
import type { Service } from "../src/verdict/observation.ts";

export type Poll = {
  startedAtMs: number;
  services: readonly { service: Service; running: number }[];
};

const kindOf = (name: string): string => /good|[a-z]+-[a-z]+|unschedulable/.exec(name)?.[0] ?? name;

export const isCliRight = (expected: string, exitCode: number | null): boolean =>
  exitCode !== null && (exitCode === 0) === (expected === "good");

export const isPollerRight = (expected: string, kind: string | null): boolean => kind === kindOf(expected);

/** What a poller names, from its looks in order; null while it would look on. */
export const namedByPolls = (
  polls: readonly Poll[],
  takenAtMs: number,
  services: readonly string[],
  stamp: { service: string; label: string; value: string },
): string | null => {
  for (const poll of polls.filter((p) => p.startedAtMs >= takenAtMs)) {
    const kinds = services.map((name) => kindNow(poll, name, stamp));
    const bad = kinds.find((kind) => kind !== null && kind !== "good");
    if (bad) return bad;
    if (kinds.every((kind) => kind === "good")) return "good";
  }
  return null;
};

const kindNow = (
  poll: Poll,
  name: string,
  stamp: { service: string; label: string; value: string },
): string | null => {
  const found = poll.services.find((s) => s.service.name === name);
  if (!found) return null;
  const { service, running } = found;
  switch (service.update?.state) {
    case "rollback_completed":
      return "rolled-back";
    case "rollback_paused":
      return "rollback-paused";
    case "paused":
      return "update-paused";
    case "completed":
    case undefined:
      break;
    default:
      return null;
  }
  const wanted = service.spec.mode.is === "replicated" ? service.spec.mode.replicas : 1;
  if (running < wanted) return null;
  const isWrong = service.name === stamp.service && service.spec.labels[stamp.label] !== stamp.value;
  return isWrong ? "stamp-mismatch" : "good";
};
