/**
 * One service's move to a new spec, told from the observations: before, applied, every change, now, and the tasks that
 * the new spec created. It only arranges what was seen; the rules judge it. A task counts as the new spec's own if the
 * engine's label filter found it under the stamp, or if the engine called it up to date while the new spec stood;
 * tasks from before this rollout never do.
 */
import { type Death, deathsAmong, type MemorySample, type TaskReading } from "./death.ts";
import { type Whereabouts, whereaboutsOf } from "./elsewhere.ts";
import type { Expectation, Observation, Service, ServiceSpec, Task } from "./observation.ts";

export type Sighting = { at: string; service: Service };
/** A new spec on the service; `from` is the one that it took the place of. `other`: a writer whom nobody here asked. */
export type SpecWrite = Sighting & {
  from: (ServiceSpec & { version: number }) | null;
  by: "deploy" | "swarm" | "person" | "other";
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
  /** The readings of those in which the spec itself is another one. */
  writes: readonly SpecWrite[];
  /** The last reading; null once the service is gone or was never there. */
  now: Sighting | null;
  /** Every changed reading of its tasks, oldest first. */
  readings: readonly TaskReading[];
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
  /** Tasks of the restored spec that did, after Swarm had put it back. */
  deathsAfterRevert: readonly Death[];
  /** Whether its tasks have been on the engine's own node. */
  whereabouts: Whereabouts;
  /** The host's memory through the rollout; empty where the engine's host cannot be read, or had none of its tasks. */
  memory: readonly MemorySample[];
  /** What the record lacks, and why. */
  notCaptured: readonly { at: string; what: string; reason: string }[];
};

const REVERTED = new Set(["rollback_started", "rollback_paused", "rollback_completed"]);

/** The rollouts in the last `before … ` record of these observations, the stamped service first. */
export const rolloutsIn = (observations: readonly Observation[]): Rollout[] => {
  const start = observations.findLastIndex((o) => o.is === "before");
  const before = observations[start];
  if (before?.is !== "before") return [];
  const since = observations.slice(start + 1);
  const { stampedService } = before.expectation;
  return [...before.expectation.services]
    .sort()
    .sort((a, b) => Number(b === stampedService) - Number(a === stampedService))
    .map((name) => rolloutOf(name, before, since));
};

type Before = Extract<Observation, { is: "before" }>;

const rolloutOf = (name: string, before: Before, since: readonly Observation[]): Rollout => {
  const first = before.services.find((s) => s.name === name) ?? null;
  const opening: Sighting | null = first && { at: before.at, service: first };
  const history = since.flatMap((o) =>
    o.is === "service" && o.service.name === name ? [{ at: o.at, service: o.service }] : [],
  );
  const last = history.at(-1) ?? opening;
  const id = last?.service.id;
  const lastWord = since.findLast(
    (o) => (o.is === "service" && o.service.name === name) || (o.is === "service-gone" && o.service === name),
  );
  const readings = since.filter((o): o is TaskReading => o.is === "tasks" && o.service === id);
  const applied = history.find((s) => s.service.version !== first?.version && !isReverted(s)) ?? null;
  const revertedAt = history.find(isReverted)?.at ?? null;
  const olderTasks = before.tasks.filter((t) => t.service === id);
  const born = tasksOfNewSpec(readings, olderTasks, applied?.at ?? null, revertedAt);
  const named = tasksNamedBySwarm(history);
  const whereabouts = whereaboutsOf([...olderTasks, ...readings.flatMap((r) => r.tasks)], before.node);
  return {
    expectation: before.expectation,
    service: name,
    name: `${before.expectation.recipe}_${name.slice(before.expectation.stack.length + 1)}`,
    before: opening,
    beganAt: before.at,
    applied,
    history,
    writes: writesIn(opening, history),
    now: lastWord?.is === "service-gone" ? null : last,
    readings,
    tasks: readings.at(-1)?.tasks ?? olderTasks,
    upToDate: readings.at(-1)?.upToDate ?? [],
    steadySince: steadySince(readings, before.at),
    stamped: [...new Set(readings.flatMap((r) => r.stamped))],
    olderTasks,
    deaths: deathsAmong(born, named, readings, since, before.node),
    deathsAfterRevert: deathsAmong(
      tasksOfRestoredSpec(readings, olderTasks, born, revertedAt),
      named,
      readings,
      since,
      before.node,
    ),
    whereabouts,
    memory: since.flatMap((o) =>
      o.is === "memory" && whereabouts !== "elsewhere" ? [{ at: o.at, memory: o.memory }] : [],
    ),
    notCaptured: since.flatMap((o) =>
      o.is === "not-captured" ? [{ at: o.at, what: o.what, reason: o.reason }] : [],
    ),
  };
};

const isReverted = (s: Sighting): boolean => REVERTED.has(s.service.update?.state ?? "");

const isSameSpec = (a: ServiceSpec, b: ServiceSpec): boolean =>
  a.lines.length === b.lines.length && a.lines.every((line, index) => line === b.lines[index]);

const writesIn = (before: Sighting | null, history: readonly Sighting[]): SpecWrite[] => {
  const writes: SpecWrite[] = [];
  let was = before;
  for (const seen of history) {
    if (was === null || !isSameSpec(was.service.spec, seen.service.spec)) {
      const from = was && { ...was.service.spec, version: was.service.version };
      writes.push({ ...seen, from, by: writerOf(seen, writes) });
    }
    was = seen;
  }
  return writes;
};

/** A rollback that a person asked for keeps the newer spec as PreviousSpec; Swarm's own leaves none. */
const writerOf = (seen: Sighting, earlier: readonly SpecWrite[]): SpecWrite["by"] => {
  if (isReverted(seen)) return seen.service.previous ? "person" : "swarm";
  return earlier.some((write) => write.by === "deploy") ? "other" : "deploy";
};

/**
 * The restored spec may carry the very same stamp; its tasks come after Swarm has put it back, and are up to date. One reading is
 * three lists, so a task may be in one of them and not yet in another: that it is ever up to date counts.
 */
const tasksOfNewSpec = (
  readings: readonly TaskReading[],
  older: readonly Task[],
  appliedAt: string | null,
  revertedAt: string | null,
): Task[] => {
  const ours = new Set<string>();
  const restored = new Set(
    revertedAt === null
      ? []
      : readings.flatMap((r) => r.upToDate).filter((id) => firstSeenAt(id, readings) >= revertedAt),
  );
  for (const reading of readings) {
    for (const id of reading.stamped) if (!restored.has(id)) ours.add(id);
    const isWhileApplied =
      appliedAt !== null && reading.at >= appliedAt && (revertedAt === null || reading.at < revertedAt);
    if (isWhileApplied) for (const id of reading.upToDate) ours.add(id);
  }
  for (const task of older) ours.delete(task.id);
  return lastSeen(readings, ours);
};

const firstSeenAt = (id: string, readings: readonly TaskReading[]): string =>
  readings.find((r) => r.tasks.some((t) => t.id === id))?.at ?? "";

const tasksOfRestoredSpec = (
  readings: readonly TaskReading[],
  older: readonly Task[],
  born: readonly Task[],
  revertedAt: string | null,
): Task[] => {
  if (revertedAt === null) return [];
  const later = readings.filter((r) => r.at >= revertedAt).flatMap((r) => r.upToDate);
  const others = new Set([...older, ...born].map((t) => t.id));
  return lastSeen(readings, new Set(later.filter((id) => !others.has(id))));
};

const lastSeen = (readings: readonly TaskReading[], ids: ReadonlySet<string>): Task[] => {
  const latest = new Map(readings.flatMap((r) => r.tasks.map((t) => [t.id, t] as const)));
  return [...ids].flatMap((id) => latest.get(id) ?? []);
};

/** Swarm writes `… failure or early termination of task <id>`, and drops it again when the rollback is done. */
const tasksNamedBySwarm = (history: readonly Sighting[]): Set<string> =>
  new Set(
    history.flatMap(
      ({ service }) => /termination of task (\w+)/.exec(service.update?.message ?? "")?.[1] ?? [],
    ),
  );

const runningSet = (reading: TaskReading): string =>
  reading.tasks
    .filter((t) => t.state === "running" && reading.upToDate.includes(t.id))
    .map((t) => t.id)
    .sort()
    .join();

/**
 * From when the engine itself wrote the last of them running, as Swarm's own monitor counts: our reading comes a little later.
 * Where the engine's clock and ours do not agree within that little, our own counts.
 */
const steadySince = (readings: readonly TaskReading[], otherwise: string): string => {
  const last = readings.at(-1);
  if (!last) return otherwise;
  const changed = readings.findLastIndex((r) => runningSet(r) !== runningSet(last));
  const first = readings[changed + 1] ?? last;
  const running = first.tasks.filter((t) => t.state === "running" && first.upToDate.includes(t.id));
  const written = running
    .map((t) => t.changedAt)
    .sort()
    .at(-1);
  if (written === undefined) return first.at;
  const lateMs = Date.parse(first.at) - Date.parse(written);
  return lateMs >= 0 && lateMs <= READ_WITHIN_MS ? new Date(written).toISOString() : first.at;
};

const READ_WITHIN_MS = 1_500;
