/**
 * Converged: every task that Swarm wants is running, is up to date by the engine's own test, and no other task is left.
 * An update that Swarm called completed has been monitored by Swarm. A first deploy has not: there the same tasks have to
 * run for the monitor period, as the docker CLI does it. An update that rolls no task is settled at once.
 */
import type { Task } from "../observation.ts";
import type { Rollout } from "../rollout.ts";
import { ownUpdate } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

const LIVE = new Set(["new", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running"]);
const DEFAULT_MONITOR_MS = 5_000;

export const liveTasks = (rollout: Rollout): Task[] => rollout.tasks.filter((t) => LIVE.has(t.state));

/** How many tasks have to run; null for a global service, where the nodes decide. */
export const wanted = (rollout: Rollout): number | null => {
  const mode = rollout.now?.service.spec.mode;
  return mode?.is === "replicated" ? mode.replicas : mode?.is === "job" ? mode.completions : null;
};

export const isClean = (rollout: Rollout): boolean => {
  const spec = rollout.now?.service.spec;
  const live = liveTasks(rollout);
  const good = live.filter((t) => t.state === "running" && rollout.upToDate.includes(t.id)).length;
  const finished = spec?.restart === "any" && spec.mode.is !== "job" ? 0 : finishedTasks(rollout);
  if (spec?.mode.is === "job") return finished >= spec.mode.completions;
  const want = wanted(rollout) ?? live.length;
  return good === live.length && good + finished >= want && live.length <= want;
};

const finishedTasks = (rollout: Rollout): number =>
  rollout.tasks.filter(
    (t) => t.state === "complete" && t.exitCode === 0 && !rollout.olderTasks.some((o) => o.id === t.id),
  ).length;

export const converged: Rule = (rollout, nowMs) => {
  if (!isClean(rollout)) return { is: "wait", for: describeTasks(rollout), until: null };
  const isFirst = rollout.before === null;
  if (!isFirst || ownUpdate(rollout)?.state === "completed" || wanted(rollout) === 0) return null;
  const monitorMs = rollout.now?.service.spec.updatePolicy?.monitorMs || DEFAULT_MONITOR_MS;
  const until = Date.parse(rollout.steadySince) + monitorMs;
  return nowMs >= until
    ? null
    : { is: "wait", for: [`${rollout.service} to stay up for ${monitorMs / 1000} s`], until };
};

/** Each live task that does not run yet, in the engine's words. */
export const describeTasks = (rollout: Rollout): string[] => {
  const waiting = liveTasks(rollout)
    .filter((t) => t.state !== "running" || t.desired !== "running" || !rollout.upToDate.includes(t.id))
    .map((t) => {
      const isOld = t.state === "running" && !rollout.upToDate.includes(t.id);
      const said = [t.error, t.message].find((text) => text) ?? "";
      return `task ${t.id} is ${t.state}, should be ${t.desired}${isOld ? " (old spec)" : ""}${said && !isOld ? `: ${said}` : ""}`;
    });
  const want = wanted(rollout);
  return waiting.length > 0
    ? waiting
    : [`${rollout.service} has ${liveTasks(rollout).length} of ${want ?? "its"} tasks`];
};
