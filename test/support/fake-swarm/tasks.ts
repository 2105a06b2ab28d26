/**
 * Tasks and containers of the fake engine: a task goes through the states that Swarm names, its container does what the
 * fixture image does (fixture-app.ts), and a task that ends unasked is replaced by the restart policy. Left out on
 * purpose: the history limit, max_attempts and nodes.
 */
import { isFixture, type Life, lifeOf } from "./fixture-app.ts";
import type { Journal } from "./journal.ts";
import { NS_PER_MS, type Spec, type TaskTemplate } from "./stack-file.ts";

export const NODE_MEMORY_BYTES = 8 * 1024 ** 3;
/** What all containers together may hold, as on the private engine of scripts/engine. */
const BUDGET_BYTES = 512 * 1024 ** 2;
/** How long a real engine takes, in milliseconds. */
const SCHEDULING_MS = 60;
const PREPARING_MS = 120;
const STOPPING_MS = 100;
const OOM_TO_DEATH_MS = 80;
/** `retries` of every fixture recipe. */
const UNHEALTHY_AFTER = 3;

type ContainerRecord = {
  id: string;
  life: Life;
  upAt: number | null;
  status: "running" | "exited";
  exitCode: number;
  isOomKilled: boolean;
  heldBytes: number;
  /** What it wrote, line by line. */
  log: string[];
  finishedAt: string;
  startedAt: string;
  health: { Status: string; Log: { End: string; ExitCode: number; Output: string }[] } | null;
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

/** What tasks need of the engine around them. */
export type Surroundings = {
  journal: Journal;
  newId: () => string;
  tasks: readonly TaskRecord[];
  /** The restart policy's business. */
  onDeath: (dead: TaskRecord) => void;
};
type Around = Surroundings & { task: TaskRecord };
type Inside = Around & { container: ContainerRecord };

/** Makes a task in `ready`, which starts after `afterMs`. */
export const startTask = (
  surroundings: Surroundings,
  owner: { id: string; spec: Spec },
  slot: number,
  afterMs: number,
): TaskRecord => {
  const at = surroundings.journal.at();
  const task: TaskRecord = {
    id: surroundings.newId(),
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
  void live({ ...surroundings, task }, afterMs);
  return task;
};

const to = (
  { task, journal }: Pick<Around, "task" | "journal">,
  state: string,
  message: string,
  error = "",
) => {
  Object.assign(task, { state, message, error, changedAt: journal.at() });
  if (state === "running") task.running.resolve();
  if (hasEnded(task)) task.ended.resolve();
};

async function live(around: Around, afterMs: number): Promise<void> {
  const { task, onDeath } = around;
  const { ContainerSpec, Resources } = task.template;
  if (afterMs > 0) await pause(afterMs);
  if (task.desired === "shutdown") return to(around, "shutdown", "shutdown");
  task.desired = "running";
  if (Resources.Reservations.MemoryBytes > NODE_MEMORY_BYTES)
    return to(
      around,
      "pending",
      "pending task scheduling",
      "no suitable node (insufficient resources on 1 node)",
    );
  await pause(SCHEDULING_MS);
  if (hasEnded(task)) return;
  to(around, "preparing", "preparing");
  await pause(PREPARING_MS);
  if (hasEnded(task)) return;
  if (isFixture(ContainerSpec.Image)) return runContainer({ ...around, container: contain(around) });
  to(around, "rejected", "preparing", `No such image: ${ContainerSpec.Image}`);
  onDeath(task);
}

const contain = ({ task, newId }: Around): ContainerRecord => {
  const { Env, Healthcheck } = task.template.ContainerSpec;
  const container: ContainerRecord = {
    id: `${newId()}${newId()}`,
    life: lifeOf(Env),
    upAt: null,
    status: "running",
    exitCode: 0,
    isOomKilled: false,
    heldBytes: 0,
    log: [],
    startedAt: "0001-01-01T00:00:00Z",
    finishedAt: "",
    health: Healthcheck ? { Status: "starting", Log: [] } : null,
  };
  task.container = container;
  return container;
};

async function runContainer(inside: Inside): Promise<void> {
  const { task, container, journal } = inside;
  const { life } = container;
  journal.container(task, "create");
  to(inside, "starting", "starting");
  container.startedAt = journal.at();
  container.log.push("fixture: began");
  journal.container(task, "start");
  if (life.end) void exitLater(inside, life.end);
  if (life.eats) void eat(inside, life.eats);
  if (container.health === null) to(inside, "running", "started");
  const everyMs = (task.template.ContainerSpec.Healthcheck?.Interval ?? 0) / NS_PER_MS;
  await pause(Math.max(life.upAfterMs ?? everyMs * UNHEALTHY_AFTER, everyMs));
  if (!isAlive(inside)) return;
  if (life.upAfterMs !== null) {
    container.upAt = Date.parse(journal.at());
    if (container.health === null) return;
    container.health = { Status: "healthy", Log: [{ End: journal.at(), ExitCode: 0, Output: "" }] };
    journal.container(task, "health_status: healthy");
    return to(inside, "running", "started");
  }
  if (container.health === null) return;
  container.health = { Status: "unhealthy", Log: [{ End: journal.at(), ExitCode: 1, Output: "" }] };
  journal.container(task, "health_status: unhealthy");
  die(inside, 137, ": dockerexec: unhealthy container");
}

const isAlive = ({ task, container }: Inside): boolean =>
  container.status === "running" && task.desired === "running";

async function exitLater(inside: Inside, { afterMs, exitCode }: NonNullable<Life["end"]>): Promise<void> {
  await pause(afterMs);
  if (isAlive(inside)) die(inside, exitCode);
}

/** Over its own limit or over what all may hold, the kernel kills it: it is always the largest in our stories. */
async function eat(inside: Inside, { afterMs, bytes }: NonNullable<Life["eats"]>): Promise<void> {
  const { task, container, journal, tasks } = inside;
  await pause(afterMs);
  if (!isAlive(inside)) return;
  const limit = task.template.Resources.Limits.MemoryBytes;
  const others = tasks.reduce((sum, { container: one }) => sum + (one?.heldBytes ?? 0), 0);
  if ((limit === 0 || bytes <= limit) && others + bytes <= BUDGET_BYTES) {
    container.heldBytes = bytes;
    return;
  }
  journal.container(task, "oom");
  await pause(OOM_TO_DEATH_MS);
  if (!isAlive(inside)) return;
  container.isOomKilled = true;
  die(inside, 137);
}

const die = (inside: Inside, exitCode: number, because = ""): void => {
  exit(inside, exitCode);
  if (exitCode === 0) to(inside, "complete", "finished");
  else to(inside, "failed", "started", `task: non-zero exit (${exitCode})${because}`);
  inside.onDeath(inside.task);
};

const exit = (
  { task, container, journal }: Pick<Inside, "task" | "container" | "journal">,
  exitCode: number,
) => {
  Object.assign(container, {
    status: "exited",
    exitCode,
    finishedAt: journal.at(),
    upAt: null,
    heldBytes: 0,
  });
  journal.container(task, "die", { exitCode: String(exitCode) });
};

/** As the orchestrator does it: SIGTERM, and the end. */
export const stopTask = async (task: TaskRecord, journal: Journal): Promise<void> => {
  if (hasEnded(task)) return;
  task.desired = "shutdown";
  const { container } = task;
  if (container?.status !== "running") return to({ task, journal }, "shutdown", "shutdown");
  journal.container(task, "kill", { signal: "15" });
  await pause(STOPPING_MS);
  if (container.status === "running")
    exit({ task, container, journal }, container.life.ignoresTerm ? 137 : 0);
  to({ task, journal }, "shutdown", "shutdown");
};
