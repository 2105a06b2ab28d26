/**
 * Converged: every task that Swarm wants is running and up to date by the engine's own test. Old ones that have been told to
 * end may take their time: nothing depends on them any more.
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

/** Told to end, and not ended yet. */
export const isLeaving = (task: Task): boolean =>
  LIVE.has(task.state) && (task.desired === "shutdown" || task.desired === "remove");

/** How many tasks have to run; null for a global service, where the nodes decide. */
export const wanted = (rollout: Rollout): number | null => {
  const mode = rollout.now?.service.spec.mode;
  return mode?.is === "replicated" ? mode.replicas : mode?.is === "job" ? mode.completions : null;
};

export const isClean = (rollout: Rollout): boolean => {
  const spec = rollout.now?.service.spec;
  const live = liveTasks(rollout).filter((t) => !isLeaving(t));
  const good = live.filter((t) => t.state === "running" && rollout.upToDate.includes(t.id)).length;
  if (spec?.mode.is === "job") return finishedTasks(rollout) >= spec.mode.completions;
  // A global service without a task has no node that may take it: nothing pends and nothing fails, and nothing runs.
  if (spec?.mode.is === "global") return live.length > 0 && good === live.length;
  const want = wanted(rollout) ?? 0;
  const finished = spec?.restart === "any" ? 0 : finishedTasks(rollout);
  return good === live.length && good + finished >= want && live.length <= want;
};

/** Tasks that ended well; one from before counts where Swarm still takes it for up to date, and so never runs it again. */
const finishedTasks = (rollout: Rollout): number =>
  rollout.tasks.filter(
    (t) =>
      t.state === "complete" && t.exitCode === 0 && (isNew(rollout, t) || rollout.upToDate.includes(t.id)),
  ).length;

const isNew = (rollout: Rollout, task: Task): boolean => !rollout.olderTasks.some((o) => o.id === task.id);

export const converged: Rule = (rollout, nowMs) => {
  if (!isClean(rollout)) return { is: "wait", for: describeTasks(rollout), until: null, orElse: null };
  if (!hasToProveItself(rollout) || wanted(rollout) === 0 || isGroundEnough(rollout)) return null;
  const holdMs = Math.max(rollout.now?.service.spec.updatePolicy?.monitorMs ?? 0, HOLD_MS);
  const until = Date.parse(rollout.steadySince) + holdMs;
  if (nowMs >= until) return null;
  return { is: "hold", for: `${rollout.name} to stay up for ${holdMs / 1000} s`, until };
};

/** Something rolled, or started anew under the same spec, or has failed under it: of such it is not enough to run. */
const hasToProveItself = (rollout: Rollout): boolean => {
  const wasRunning = (task: Task) =>
    rollout.olderTasks.some((older) => older.id === task.id && older.state === "running");
  const hasFailed = (task: Task) =>
    (task.state === "failed" || task.state === "rejected") && rollout.upToDate.includes(task.id);
  return (
    rollout.before === null ||
    ownUpdate(rollout)?.state === "completed" ||
    liveTasks(rollout).some((task) => !wasRunning(task)) ||
    rollout.tasks.some(hasFailed)
  );
};

/** The base of an upgrade, where a healthcheck has already said that it is up. */
const isGroundEnough = ({ expectation, now }: Rollout): boolean =>
  !expectation.isUnderTest && now?.service.spec.hasHealthcheck === true;

/** What Swarm itself does not say of a state. */
const waitsFor = ({ state }: Task, { now }: Rollout): string | null => {
  if (state === "preparing") return "its image and mounts are being made ready";
  return state === "starting" && now?.service.spec.hasHealthcheck
    ? "its healthcheck has not passed yet"
    : null;
};

/** Each live task that is not where it should be, in the engine's words; old tasks that only wait their turn come last. */
export const describeTasks = (rollout: Rollout): string[] => {
  const waiting = liveTasks(rollout)
    .filter((t) => t.state !== "running" || t.desired !== "running")
    .map((t) => {
      if (t.state === "running") return `task ${t.id} has to end (${t.desired})`;
      const said = [t.error, t.message, waitsFor(t, rollout)].find((text) => text && text !== t.state);
      return `task ${t.id} is ${t.state}${said ? `: ${said}` : ""}`;
    });
  if (waiting.length > 0) return waiting;
  const running = liveTasks(rollout).filter((t) => rollout.upToDate.includes(t.id)).length;
  return [`${rollout.name} has ${running} of ${wanted(rollout) ?? "its"} tasks at the new spec`];
};
