/**
 * One service's move to a new spec, told from the observations: before, applied, every change, now, and the tasks that
 * the new spec created. It only arranges what was seen; the rules judge it. A task counts as the new spec's own if the
 * engine's label filter found it under the stamp, or if the engine called it up to date while the new spec stood;
 * tasks from before this rollout never do.
 */
import type { Container, EngineEvent, Expectation, Observation, Service, Task } from "./observation.ts";

export type Sighting = { at: string; service: Service };
export type Death = {
  task: Task;
  container: Container | null;
  /** Engine events of its container, oldest first. */
  events: readonly EngineEvent[];
  /** Swarm's own UpdateStatus message names this task. */
  isNamedBySwarm: boolean;
  /** When it was first seen dead, by our clock. */
  seenAt: string;
};
export type Rollout = {
  expectation: Expectation;
  service: string;
  /** The service as its recipe's people know it: discourse_app, not the run's own stack name. */
  name: string;
  before: Sighting | null;
  beganAt: string;
  /** First sight of the new spec. Null: it was never seen live. */
  applied: Sighting | null;
  /** Every changed reading since the start, oldest first. */
  history: readonly Sighting[];
  /** The last reading; null once the service is gone or was never there. */
  now: Sighting | null;
  /** All tasks in the last reading, and those of them that the engine calls up to date. */
  tasks: readonly Task[];
  upToDate: readonly string[];
  /** Since when, by our clock, the up-to-date running tasks have been this very set. */
  steadySince: string;
  /** Tasks found under the stamp by the engine's label filter: the second witness that the spec was accepted. */
  stamped: readonly string[];
  /** Tasks that stood before this rollout. */
  olderTasks: readonly Task[];
  /** Tasks of the new spec that ended when nobody had asked them to. */
  deaths: readonly Death[];
};

const REVERTED = new Set(["rollback_started", "rollback_paused", "rollback_completed"]);
const DEAD = new Set(["failed", "rejected", "complete"]);

/** The rollouts in the last `before … ` record of these observations, the stamped service first. */
export const rolloutsIn = (observations: readonly Observation[]): Rollout[] => {
  const start = observations.findLastIndex((o) => o.is === "before");
  const before = observations[start];
  if (before?.is !== "before") return [];
  const since = observations.slice(start + 1);
  const { stampedService } = before.expectation;
  return [...before.expectation.services]
    .sort((a, b) => Number(b === stampedService) - Number(a === stampedService) || a.localeCompare(b))
    .map((name) => rolloutOf(name, before, since));
};

type Before = Extract<Observation, { is: "before" }>;

const rolloutOf = (name: string, before: Before, since: readonly Observation[]): Rollout => {
  const first = before.services.find((s) => s.name === name) ?? null;
  const history = since.flatMap((o) => (o.is === "service" && o.service.name === name ? [o] : []));
  const last = history.at(-1) ?? (first && { at: before.at, service: first });
  const id = last?.service.id;
  const lastWord = since.findLast(
    (o) => (o.is === "service" && o.service.name === name) || (o.is === "service-gone" && o.service === name),
  );
  const isGone = lastWord?.is === "service-gone";
  const readings = since.flatMap((o) => (o.is === "tasks" && o.service === id ? [o] : []));
  const applied = history.find((s) => s.service.version !== first?.version && !isReverted(s)) ?? null;
  const revertedAt = history.find(isReverted)?.at ?? null;
  const olderTasks = before.tasks.filter((t) => t.service === id);
  const born = tasksOfNewSpec(readings, olderTasks, applied?.at ?? null, revertedAt);
  return {
    expectation: before.expectation,
    service: name,
    name: `${before.expectation.recipe}_${name.slice(before.expectation.stack.length + 1)}`,
    before: first && { at: before.at, service: first },
    beganAt: before.at,
    applied: applied && { at: applied.at, service: applied.service },
    history: history.map(({ at, service }) => ({ at, service })),
    now: isGone || !last ? null : { at: last.at, service: last.service },
    tasks: readings.at(-1)?.tasks ?? olderTasks,
    upToDate: readings.at(-1)?.upToDate ?? [],
    steadySince: steadySince(readings, before.at),
    stamped: [...new Set(readings.flatMap((r) => r.stamped))],
    olderTasks,
    deaths: deathsAmong(born, history, readings, since),
  };
};

type Reading = Extract<Observation, { is: "tasks" }>;

const isReverted = (s: Sighting): boolean => REVERTED.has(s.service.update?.state ?? "");

const tasksOfNewSpec = (
  readings: readonly Reading[],
  older: readonly Task[],
  appliedAt: string | null,
  revertedAt: string | null,
): Task[] => {
  const ours = new Set<string>();
  for (const reading of readings) {
    for (const id of reading.stamped) ours.add(id);
    const isWhileApplied =
      appliedAt !== null && reading.at >= appliedAt && (revertedAt === null || reading.at < revertedAt);
    if (isWhileApplied) for (const id of reading.upToDate) ours.add(id);
  }
  for (const task of older) ours.delete(task.id);
  const latest = new Map(readings.flatMap((r) => r.tasks.map((t) => [t.id, t] as const)));
  return [...ours].flatMap((id) => latest.get(id) ?? []);
};

const deathsAmong = (
  born: readonly Task[],
  history: readonly Sighting[],
  readings: readonly Reading[],
  since: readonly Observation[],
): Death[] => {
  const named = taskNamedBySwarm(history);
  return born
    .filter((task) => DEAD.has(task.state))
    .map((task) => ({
      task,
      container:
        since
          .flatMap((o) => (o.is === "container" && o.container.task === task.id ? [o.container] : []))
          .at(-1) ?? null,
      events: since.flatMap((o) =>
        o.is === "event" && o.event.type === "container" && o.event.task === task.id ? [o.event] : [],
      ),
      isNamedBySwarm: task.id === named,
      seenAt:
        readings.find((r) => r.tasks.some((t) => t.id === task.id && DEAD.has(t.state)))?.at ??
        task.changedAt,
    }))
    .sort(
      (a, b) =>
        Number(b.isNamedBySwarm) - Number(a.isNamedBySwarm) ||
        a.task.changedAt.localeCompare(b.task.changedAt),
    );
};

/** Swarm writes `… failure or early termination of task <id>`, and drops it again when the rollback is done. */
const taskNamedBySwarm = (history: readonly Sighting[]): string | null => {
  for (const { service } of history) {
    const id = /termination of task (\w+)/.exec(service.update?.message ?? "")?.[1];
    if (id !== undefined) return id;
  }
  return null;
};

const runningSet = (reading: Reading): string =>
  reading.tasks
    .filter((t) => t.state === "running" && reading.upToDate.includes(t.id))
    .map((t) => t.id)
    .sort()
    .join();

const steadySince = (readings: readonly Reading[], otherwise: string): string => {
  const last = readings.at(-1);
  if (!last) return otherwise;
  const changed = readings.findLastIndex((r) => runningSet(r) !== runningSet(last));
  return readings[changed + 1]?.at ?? last.at;
};
