/**
 * No node can take a task: not enough memory, a constraint that nobody meets, a host port that the old task holds under
 * start-first. Swarm waits for ever and calls it neither failed nor paused, so the scheduler's own words decide once they
 * have stood for a while and nothing is leaving that could make room.
 */
import type { Task } from "../observation.ts";
import type { Rollout } from "../rollout.ts";
import { isLeaving } from "./converged.ts";
import { ownUpdate } from "./own-update.ts";
import type { Rule } from "./ruling.ts";

const GRACE_MS = 10_000;

export const unschedulable: Rule = (rollout, nowMs, others) => {
  const state = ownUpdate(rollout)?.state;
  if (state !== undefined && state !== "updating" && state !== "completed") return null;
  const stuck = stuckTasks(rollout.tasks);
  const [first] = stuck;
  if (!first && !hasNoNode(rollout)) return null;
  const since = sinceWhen(rollout, others);
  if (since === null) return null;
  const said = first?.error ?? "";
  const finding = { is: "unschedulable" as const, rollout, tasks: stuck.map((t) => t.id), said, since };
  const until = Date.parse(since) + GRACE_MS;
  if (nowMs >= until) return { is: "finding", finding };
  const waitsFor = first
    ? `task ${first.id} is pending: ${said}`
    : `${rollout.name} to get a task on some node`;
  return { is: "wait", for: [waitsFor], until, orElse: finding };
};

const stuckTasks = (tasks: readonly Task[]): Task[] =>
  tasks.filter((t) => t.state === "pending" && t.error !== null);

/** For a global service without an eligible node Swarm makes no task at all, so there is none to pend or to fail. */
const hasNoNode = ({ now, tasks, before }: Rollout): boolean => {
  const spec = now?.service.spec;
  const isWritten = now !== null && now.service.version !== before?.service.version;
  return isWritten && spec?.mode.is === "global" && tasks.every(hasEnded);
};

const hasEnded = (task: Task): boolean =>
  ["complete", "failed", "rejected", "shutdown", "orphaned", "remove"].includes(task.state);

/** Since when nothing else has been true: stuck, and no task of the stack on its way out. Null: not even now. */
const sinceWhen = (rollout: Rollout, others: readonly Rollout[]): string | null => {
  if ([rollout, ...others].some((r) => r.tasks.some(isLeaving))) return null;
  const isFree = (tasks: readonly Task[]) => !tasks.some(isLeaving);
  const isStuck = (tasks: readonly Task[]) => stuckTasks(tasks).length > 0 || tasks.every(hasEnded);
  const own = since(rollout, (tasks) => isStuck(tasks) && isFree(tasks));
  return [own, ...others.map((other) => since(other, isFree))].sort().at(-1) ?? null;
};

/** When the last unbroken row of readings began for which this holds. */
const since = (rollout: Rollout, holds: (tasks: readonly Task[]) => boolean): string => {
  const broken = rollout.readings.findLastIndex((r) => !holds(r.tasks));
  return rollout.readings[broken + 1]?.at ?? rollout.beganAt;
};
