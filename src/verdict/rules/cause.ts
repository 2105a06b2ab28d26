/**
 * Why a task died, from everything seen of it. Swarm's own error never says "out of memory", and on cgroup v1 an `oom`
 * event also reaches innocent neighbours, so memory is the cause only if a process of a task that failed was killed
 * (exit 137, or a failing parent) and the flag or the event says so.
 */
import type { Cause, MemoryProof } from "../finding.ts";
import type { Death } from "../rollout.ts";

export const causeOf = (death: Death | null): Cause => {
  if (!death) return { is: "unknown", because: "no failed task of the new spec was seen" };
  const { task, container } = death;
  const error = [task.error, container?.error].find((text) => text) ?? "";
  if (task.state === "rejected")
    return isAboutImage(error) ? { is: "image-unavailable", error } : { is: "rejected", error };
  if (/starting container failed/.test(error)) return { is: "rejected", error };
  if (isUnhealthy(death, error))
    return { is: "unhealthy", lastOutput: container?.health?.lastOutput ?? null };
  const code = container?.exitCode ?? task.exitCode;
  const proof = memoryProof(death);
  if (proof && code !== 0) return { is: "out-of-memory", exitCode: code, proof };
  if (code !== null) return { is: "exited", code };
  return { is: "unknown", because: error || `the task ended as ${task.state} with no exit code` };
};

const isAboutImage = (error: string): boolean =>
  /no such image|pull access|manifest (for|unknown)|not found: .*image|image.*not found/i.test(error);

/** The engine calls every stopped container unhealthy, so the flag on a dead one says nothing; its event does. */
const isUnhealthy = (death: Death, error: string): boolean =>
  /unhealthy container/.test(error) ||
  (death.events.some((e) => e.action === "health_status: unhealthy") && memoryProof(death) === null);

const memoryProof = ({ container, events }: Death): MemoryProof | null => {
  const isFlagged = container?.isOomKilled ?? false;
  const oomEventAt = events.find((e) => e.action === "oom")?.at ?? null;
  return isFlagged || oomEventAt !== null ? { isFlagged, oomEventAt } : null;
};
