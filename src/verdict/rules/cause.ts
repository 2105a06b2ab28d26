/**
 * Why a task died, from everything seen of it. Swarm's own error never says "out of memory", and on cgroup v1 an `oom`
 * event also reaches innocent neighbours, so memory is the cause only if a process of a task that failed was killed
 * (exit 137, or a failing parent) and the flag or the event says so.
 */
import type { Cause } from "../finding.ts";
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
  if (proof.length > 0 && code !== 0) return { is: "out-of-memory", exitCode: code, proof };
  if (code !== null) return { is: "exited", code };
  return { is: "unknown", because: error || `the task ended as ${task.state} with no exit code` };
};

/** The kernel's flag may come up to a second after the death; until then a bare 137 is not the last word. */
export const mayStillChange = (death: Death | null, nowMs: number): boolean => {
  if (!death) return false;
  const cause = causeOf(death);
  return (
    cause.is === "exited" && cause.code === 137 && nowMs < Date.parse(death.task.changedAt) + FLAG_WITHIN_MS
  );
};
const FLAG_WITHIN_MS = 1_000;

const isAboutImage = (error: string): boolean =>
  /no such image|pull access|manifest|not found: .*image|image.*not found/i.test(error);

/** The engine calls every stopped container unhealthy, so the flag on a dead one says nothing; its event does. */
const isUnhealthy = (death: Death, error: string): boolean =>
  /unhealthy container/.test(error) ||
  (death.events.some((e) => e.action === "health_status: unhealthy") && memoryProof(death).length === 0);

const memoryProof = (death: Death): string[] => {
  const oom = death.events.find((e) => e.action === "oom");
  return [
    ...(death.container?.isOomKilled ? ["the engine's `OOMKilled` flag is true"] : []),
    ...(oom ? [`the kernel's \`oom\` event for its container at ${oom.at}`] : []),
  ];
};
