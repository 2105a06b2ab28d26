/**
 * A task's end, with everything that was seen of it: the states it went through, its container, that one's events and last
 * words, and the kernel's account of memory around that second. It only arranges; rules/cause.ts says why it died.
 */
import { isElsewhere } from "./elsewhere.ts";
import type { Container, EngineEvent, Memory, Observation, Task } from "./observation.ts";

export type Death = {
  task: Task;
  /** The node that it was on, if that is another than the engine's own: its container and its memory are out of sight. */
  elsewhere: string | null;
  /** Each state in which the task was seen, oldest first; times are the engine's. */
  states: readonly { state: string; desired: string; at: string }[];
  container: Container | null;
  /** Engine events of its container, oldest first. */
  events: readonly EngineEvent[];
  /** Its container's last lines; null where they were not captured. */
  log: readonly string[] | null;
  /** The last sample that is surely from before the death, and the first from after it; null where one is missing. */
  memory: { before: MemorySample; after: MemorySample } | null;
  /** Kills for want of memory of other containers in that time, by the engine's events: they explain a host's counter. */
  othersKilled: readonly EngineEvent[];
  /** Swarm's own UpdateStatus message names this task. */
  isNamedBySwarm: boolean;
  /** When it was first seen dead, by our clock. */
  seenAt: string;
};
export type MemorySample = { at: string; memory: Memory };
export type TaskReading = Extract<Observation, { is: "tasks" }>;

const DEAD = new Set(["failed", "rejected", "complete"]);
/** Between the kernel's kill and the moment at which the engine writes the end; 0.17 s was the most that was measured. */
const KILL_TO_END_MS = 1_000;
/** How far from the death a sample still speaks of it. */
const AROUND_MS = 3_000;

/** Ends of these tasks when nobody had asked them to: those that Swarm names first, then the oldest. */
export const deathsAmong = (
  tasks: readonly Task[],
  named: ReadonlySet<string>,
  readings: readonly TaskReading[],
  since: readonly Observation[],
  here: string | null,
): Death[] =>
  tasks
    .filter((task) => DEAD.has(task.state))
    .map((task) => deathOf(task, named, readings, since, here))
    .sort(
      (a, b) =>
        Number(b.isNamedBySwarm) - Number(a.isNamedBySwarm) || inOrder(a.task.changedAt, b.task.changedAt),
    );

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const deathOf = (
  task: Task,
  named: ReadonlySet<string>,
  readings: readonly TaskReading[],
  since: readonly Observation[],
  here: string | null,
): Death => {
  const container = since.findLast((o) => o.is === "container" && o.container.task === task.id);
  const log = since.findLast((o) => o.is === "log" && o.container === task.container);
  const elsewhere = isElsewhere(task, here) ? task.node : null;
  // The counters are those of the engine's own host, and say nothing of a death on another.
  const memory = elsewhere === null ? samplesAround(task, since) : null;
  return {
    task,
    elsewhere,
    states: statesOf(task.id, readings),
    container: container?.is === "container" ? container.container : null,
    events: since.flatMap((o) =>
      o.is === "event" && o.event.type === "container" && o.event.task === task.id ? [o.event] : [],
    ),
    log: log?.is === "log" ? log.lines : null,
    memory,
    othersKilled: since.flatMap((o) =>
      memory !== null &&
      o.is === "event" &&
      o.event.action === "oom" &&
      o.event.task !== task.id &&
      o.event.at >= memory.before.at &&
      o.event.at <= memory.after.at
        ? [o.event]
        : [],
    ),
    isNamedBySwarm: named.has(task.id),
    seenAt:
      readings.find((r) => r.tasks.some((t) => t.id === task.id && DEAD.has(t.state)))?.at ?? task.changedAt,
  };
};

const statesOf = (id: string, readings: readonly TaskReading[]): Death["states"] => {
  const states: { state: string; desired: string; at: string }[] = [];
  for (const reading of readings) {
    const task = reading.tasks.find((t) => t.id === id);
    const last = states.at(-1);
    if (task && (task.state !== last?.state || task.desired !== last.desired))
      states.push({ state: task.state, desired: task.desired, at: task.changedAt });
  }
  return states;
};

const samplesAround = (task: Task, since: readonly Observation[]): Death["memory"] => {
  const diedMs = Date.parse(task.changedAt);
  // What was read before there was such a task is surely from before its end, however short it lived.
  const surelyBeforeMs = Math.max(diedMs - KILL_TO_END_MS, Date.parse(task.createdAt));
  const samples = since.filter((o) => o.is === "memory");
  const before = samples.findLast((s) => Date.parse(s.at) <= surelyBeforeMs);
  const after = samples.find((s) => Date.parse(s.at) >= diedMs);
  if (!before || !after) return null;
  const isNear = (s: MemorySample) => Math.abs(Date.parse(s.at) - diedMs) <= AROUND_MS;
  return isNear(before) && isNear(after)
    ? { before: { at: before.at, memory: before.memory }, after: { at: after.at, memory: after.memory } }
    : null;
};
