/**
 * Converged: every task that Swarm wants is running, is up to date by the engine's own test, and no other task is left.
 * Running once proves nothing (a crash loop runs for a moment in each round), so the same tasks have to stay up for the
 * monitor period and at least HOLD_MS. An update that rolls no task is settled at once: there is nothing to watch.
 */
import type { Task } from "../observation.ts";
import type { Rollout } from "../rollout.ts";
import { ownUpdate } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

const LIVE = new Set(["new", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running"]);
/** Swarm's default monitor. */
const HOLD_MS = 5_000;

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
  const hasRolled = rollout.before === null || ownUpdate(rollout)?.state === "completed";
  if (!hasRolled || wanted(rollout) === 0 || isGroundEnough(rollout)) return null;
  const holdMs = Math.max(rollout.now?.service.spec.updatePolicy?.monitorMs ?? 0, HOLD_MS);
  const until = Date.parse(rollout.steadySince) + holdMs;
  if (nowMs >= until) return null;
  return { is: "wait", for: [`${rollout.name} to stay up for ${holdMs / 1000} s`], until };
};

/** The base of an upgrade, where a healthcheck has already said that it is up. */
const isGroundEnough = ({ expectation, now }: Rollout): boolean =>
  !expectation.isUnderTest && now?.service.spec.hasHealthcheck === true;

/** Each live task that is not where it should be, in the engine's words; old tasks that only wait their turn come last. */
export const describeTasks = (rollout: Rollout): string[] => {
  const waiting = liveTasks(rollout)
    .filter((t) => t.state !== "running" || t.desired !== "running")
    .map((t) => {
      if (t.state === "running") return `task ${t.id} has to end (${t.desired})`;
      const said = [t.error, t.message].find((text) => text && text !== t.state);
      return `task ${t.id} is ${t.state}${said ? `: ${said}` : ""}`;
    });
  if (waiting.length > 0) return waiting;
  const running = liveTasks(rollout).filter((t) => rollout.upToDate.includes(t.id)).length;
  return [`${rollout.name} has ${running} of ${wanted(rollout) ?? "its"} tasks at the new spec`];
};
