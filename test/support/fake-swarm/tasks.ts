/**
 * Tasks and containers of the fake engine: a task goes through the states that Swarm names, its container does what the
 * fixture image does (fixture-app.ts), and a task that ends unasked is replaced by the restart policy. Left out on
 * purpose: the history limit, max_attempts and nodes.
 */
import { isFixture, type Life, lifeOf } from "./fixture-app.ts";
import type { Journal } from "./journal.ts";
import { NS_PER_MS, type Spec, type TaskTemplate } from "./stack-file.ts";

export const NODE_MEMORY_BYTES = 8 * 1024 ** 3;
/** How long a real engine takes, in milliseconds. */
const SCHEDULING_MS = 60;
const PREPARING_MS = 120;
const STOPPING_MS = 100;

export type ContainerRecord = {
  id: string;
  life: Life;
  upAt: number | null;
  status: "running" | "exited";
  exitCode: number;
  isOomKilled: boolean;
  finishedAt: string;
  health: { Status: string; Log: { Output: string }[] } | null;
};
export type TaskRecord = {
  id: string;
  service: string;
  serviceName: string;
  /** The service's labels when the task was made: in no answer of the engine, but its filters know them. */
  serviceLabels: Record<string, string>;
  slot: number;
  template: TaskTemplate;
  state: string;
  desired: string;
  message: string;
  error: string;
  createdAt: string;
  changedAt: string;
  container: ContainerRecord | null;
  running: PromiseWithResolvers<void>;
  ended: PromiseWithResolvers<void>;
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const ENDED = new Set(["complete", "failed", "rejected", "shutdown"]);
export const hasEnded = (task: TaskRecord): boolean => ENDED.has(task.state);
/** Wanted and not ended: what the orchestrator counts. */
export const isLive = (task: TaskRecord): boolean => task.desired !== "shutdown" && !hasEnded(task);

export type Restart = (dead: TaskRecord) => void;

/** Makes a task in `ready`, which starts after `afterMs`. */
export const startTask = (
  { journal, newId, onDeath }: { journal: Journal; newId: () => string; onDeath: Restart },
  owner: { id: string; spec: Spec },
  slot: number,
  afterMs: number,
): TaskRecord => {
  const at = journal.at();
  const task: TaskRecord = {
    id: newId(),
    service: owner.id,
    serviceName: owner.spec.Name,
    serviceLabels: owner.spec.Labels,
    slot,
    template: owner.spec.TaskTemplate,
    state: afterMs > 0 ? "ready" : "new",
    desired: afterMs > 0 ? "ready" : "running",
    message: "created",
    error: "",
    createdAt: at,
    changedAt: at,
    container: null,
    running: Promise.withResolvers(),
    ended: Promise.withResolvers(),
  };
  void live(task, afterMs, journal, newId, onDeath);
  return task;
};

const to = (task: TaskRecord, journal: Journal, state: string, message: string, error = ""): void => {
  Object.assign(task, { state, message, error, changedAt: journal.at() });
  if (state === "running") task.running.resolve();
  if (hasEnded(task)) task.ended.resolve();
};

async function live(
  task: TaskRecord,
  afterMs: number,
  journal: Journal,
  newId: () => string,
  onDeath: Restart,
): Promise<void> {
  if (afterMs > 0) await pause(afterMs);
  if (task.desired === "shutdown") return to(task, journal, "shutdown", "shutdown");
  task.desired = "running";
  if (task.template.Resources.Reservations.MemoryBytes > NODE_MEMORY_BYTES)
    return to(
      task,
      journal,
      "pending",
      "pending task scheduling",
      "no suitable node (insufficient resources on 1 node)",
    );
  await pause(SCHEDULING_MS);
  to(task, journal, "preparing", "preparing");
  await pause(PREPARING_MS);
  if (hasEnded(task)) return;
  const { Image: image } = task.template.ContainerSpec;
  if (!isFixture(image)) {
    to(task, journal, "rejected", "preparing", `No such image: ${image}`);
    return onDeath(task);
  }
  await runContainer(task, contain(task, newId), journal, onDeath);
}

const contain = (task: TaskRecord, newId: () => string): ContainerRecord => {
  const { ContainerSpec, Resources } = task.template;
  const container: ContainerRecord = {
    id: `${newId()}${newId()}`,
    life: lifeOf(ContainerSpec.Env, Resources.Limits.MemoryBytes),
    upAt: null,
    status: "running",
    exitCode: 0,
    isOomKilled: false,
    finishedAt: "",
    health: ContainerSpec.Healthcheck ? { Status: "starting", Log: [] } : null,
  };
  task.container = container;
  return container;
};

async function runContainer(
  task: TaskRecord,
  container: ContainerRecord,
  journal: Journal,
  onDeath: Restart,
): Promise<void> {
  const { life } = container;
  journal.container(task, "create");
  to(task, journal, "starting", "starting");
  journal.container(task, "start");
  const isAlive = () => container.status === "running" && task.desired === "running";
  if (life.end) void die(task, container, life.end, journal, onDeath);
  if (container.health === null) to(task, journal, "running", "started");
  const everyMs = (task.template.ContainerSpec.Healthcheck?.Interval ?? 0) / NS_PER_MS;
  await pause(Math.max(life.upAfterMs ?? everyMs * 3, everyMs));
  if (!isAlive()) return;
  if (life.upAfterMs !== null) {
    container.upAt = Date.parse(journal.at());
    if (container.health === null) return;
    container.health = { Status: "healthy", Log: [{ Output: "" }] };
    journal.container(task, "health_status: healthy");
    return to(task, journal, "running", "started");
  }
  if (container.health === null) return;
  container.health = { Status: "unhealthy", Log: [{ Output: "" }] };
  journal.container(task, "health_status: unhealthy");
  await die(
    task,
    container,
    { afterMs: 0, exitCode: 137, isOomKill: false },
    journal,
    onDeath,
    ": dockerexec: unhealthy container",
  );
}

async function die(
  task: TaskRecord,
  container: ContainerRecord,
  { afterMs, exitCode, isOomKill }: NonNullable<Life["end"]>,
  journal: Journal,
  onDeath: Restart,
  because = "",
): Promise<void> {
  await pause(afterMs);
  if (container.status !== "running" || task.desired !== "running") return;
  if (isOomKill) {
    journal.container(task, "oom");
    await pause(80);
  }
  container.isOomKilled = isOomKill;
  exit(task, container, exitCode, journal);
  if (exitCode === 0) to(task, journal, "complete", "finished");
  else to(task, journal, "failed", "started", `task: non-zero exit (${exitCode})${because}`);
  onDeath(task);
}

const exit = (task: TaskRecord, container: ContainerRecord, exitCode: number, journal: Journal): void => {
  Object.assign(container, { status: "exited", exitCode, finishedAt: journal.at(), upAt: null });
  journal.container(task, "die", { exitCode: String(exitCode) });
};

/** As the orchestrator does it: SIGTERM, and the end. */
export const stopTask = async (task: TaskRecord, journal: Journal): Promise<void> => {
  if (hasEnded(task)) return;
  task.desired = "shutdown";
  const { container } = task;
  if (container?.status !== "running") return to(task, journal, "shutdown", "shutdown");
  journal.container(task, "kill", { signal: "15" });
  await pause(STOPPING_MS);
  if (container.status === "running") exit(task, container, container.life.ignoresTerm ? 137 : 0, journal);
  to(task, journal, "shutdown", "shutdown");
};
