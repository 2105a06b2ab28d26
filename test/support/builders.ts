// A rollout as a short story: what the recorder saw, in the order in which it saw it, with the seconds in between.
// Everything stands for one imaginary run: discourse is upgraded from `base` to `head`. The clock starts at a fixed
// moment and only goes on, so a test has no other time than the one it tells. A builder fills in what its story is not about.
import { type Commit, Commit as CommitSchema } from "../../src/recipe/commit.ts";
import { stampLabel, stampOf } from "../../src/recipe/stamp.ts";
import type {
  CgroupMemory,
  Container,
  EngineEvent,
  Expectation,
  Memory,
  Observation,
  ProbeAnswer,
  Service,
  ServiceSpec,
  Task,
  UpdatePolicy,
  UpdateStatus,
} from "../../src/verdict/observation.ts";
import { type Judgement, judge } from "../../src/verdict/verdict.ts";

export const commit = (start: string): Commit => CommitSchema.parse(start.padEnd(40, "0"));
export const base = commit("eb96de94");
export const head = commit("7ae7b0f7");
export const oldStamp = stampOf(base, false);
export const newStamp = stampOf(head, false);

const recipe = "discourse";
const stack = "disc-3f9a1c_ci_example_org";
export const label = stampLabel(stack);

const startMs = Date.parse("2026-01-05T12:00:00.000Z");
/** A moment of the story, in seconds after its start. */
export const at = (seconds: number): string => new Date(startMs + Math.round(seconds * 1000)).toISOString();

const idOf = (name: string): string => `id-of-${name}`;
export const fullName = (name: string): string => `${stack}_${name}`;

// ── one fact ─────────────────────────────────────────────────────────────────

export type Look = {
  /** Null: the service carries no stamp. */
  stamp?: string | null;
  image?: string;
  policy?: UpdatePolicy | null;
  mode?: ServiceSpec["mode"];
  restart?: ServiceSpec["restart"];
  hasHealthcheck?: boolean;
  labels?: Readonly<Record<string, string>>;
  lines?: readonly string[];
  constraints?: readonly string[];
  memoryLimitBytes?: number | null;
};

export const rollsBack: UpdatePolicy = {
  failureAction: "rollback",
  order: "start-first",
  monitorMs: 5_000,
  maxFailureRatio: 0,
};

const spec = (name: string, look: Look = {}): ServiceSpec => {
  const stamp = look.stamp === undefined ? (name === "app" ? newStamp : null) : look.stamp;
  const image = look.image ?? `${name}:1.0`;
  const labels = { ...(stamp === null ? {} : { [label]: stamp }), ...look.labels };
  return {
    image,
    labels,
    mode: look.mode ?? { is: "replicated", replicas: 1 },
    updatePolicy: look.policy === undefined ? rollsBack : look.policy,
    restart: look.restart ?? "any",
    hasHealthcheck: look.hasHealthcheck ?? false,
    memoryLimitBytes: look.memoryLimitBytes ?? null,
    constraints: look.constraints ?? [],
    lines: look.lines ?? [
      ...Object.entries(labels).map(([key, value]) => `Labels.${key} = ${value}`),
      `Name = ${fullName(name)}`,
      `TaskTemplate.ContainerSpec.Image = ${image}`,
    ],
  };
};

export const service = (
  name: string,
  version: number,
  look: Look & { previous?: Look; update?: UpdateStatus } = {},
): Service => ({
  id: idOf(name),
  name: fullName(name),
  version,
  spec: spec(name, look),
  previous: look.previous ? spec(name, look.previous) : null,
  update: look.update ?? null,
});

/** Times are seconds of the story, by the engine's clock. */
export const update = (
  state: string,
  { started = 0, done, message }: { started?: number; done?: number; message?: string } = {},
): UpdateStatus => ({
  state,
  startedAt: at(started),
  completedAt: done === undefined ? null : at(done),
  message: message ?? state.replaceAll("_", " "),
});

const ENDED = ["complete", "failed", "shutdown", "rejected"];

export const task = (
  id: string,
  state: string,
  more: Partial<Omit<Task, "id" | "state">> & { of?: string; born?: number; since?: number } = {},
): Task => {
  const { of = "app", born = 0.1, since = born, ...facts } = more;
  return {
    id,
    service: idOf(of),
    slot: 1,
    node: "node1",
    state,
    desired: ENDED.includes(state) ? "shutdown" : "running",
    message: state,
    error: null,
    exitCode: null,
    container: `container-of-${id}`,
    image: `${of}:1.0`,
    createdAt: at(born),
    changedAt: at(since),
    ...facts,
  };
};

/** As Swarm writes a process that ended by itself with a code other than 0. */
export const failed = (
  id: string,
  exitCode: number,
  more: Parameters<typeof task>[2] & { because?: string } = {},
): Task => {
  const { because, ...facts } = more;
  const error = `task: non-zero exit (${exitCode})${because ? `: ${because}` : ""}`;
  return task(id, "failed", { message: "started", error, exitCode, ...facts });
};

const containerOf = (taskId: string, facts: Partial<Container> = {}): Container => ({
  id: `container-of-${taskId}`,
  task: taskId,
  isOomKilled: false,
  exitCode: null,
  health: null,
  error: "",
  memoryLimitBytes: null,
  startedAt: null,
  finishedAt: null,
  ...facts,
});

type MemoryFacts = {
  containers?: Readonly<Record<string, number>>;
  /** Of the host, and of the containers' parent. */
  kills?: { host?: number; parent?: number; containers?: Readonly<Record<string, number>> };
  /** MiB that all containers use, of 2 GiB; null: the engine has no cgroup of its own. */
  parentMiB?: number | null;
  pressure?: { some: number; full: number } | null;
};
const MIB = 1024 ** 2;

const memoryOf = (availableMiB: number, facts: MemoryFacts = {}): Memory => {
  const { containers = {}, kills = {}, parentMiB = null, pressure = null } = facts;
  const cgroup = (usedMiB: number, limitMiB: number, oomKills: number): CgroupMemory => ({
    usageBytes: usedMiB * MIB,
    peakBytes: usedMiB * MIB,
    limitBytes: limitMiB * MIB,
    limitHits: oomKills * 40,
    oomKills,
  });
  return {
    host: {
      availableBytes: availableMiB * MIB,
      totalBytes: 4096 * MIB,
      oomKills: kills.host ?? 3,
      pressure,
    },
    parent: parentMiB === null ? null : cgroup(parentMiB, 2048, kills.parent ?? 0),
    containers: Object.fromEntries(
      Object.entries(containers).map(([id, usedMiB]) => [
        `container-of-${id}`,
        cgroup(usedMiB, 256, kills.containers?.[id] ?? 0),
      ]),
    ),
  };
};

const expectation = (
  names: readonly string[],
  { isUnderTest = true, images = {}, lent = {} }: Opening,
): Expectation => ({
  recipe,
  stack,
  commit: head,
  isUnderTest,
  stampLabel: label,
  stampedService: fullName("app"),
  services: names.map(fullName),
  images,
  lent,
});

// ── the story ────────────────────────────────────────────────────────────────

/** One reading of a service's tasks, by what the engine's two filters say of them. */
type Readings = {
  /** Of the spec that stands now, and created under the expected stamp. */
  fresh?: readonly Task[];
  /** Of the spec that stands now, not created under the expected stamp. */
  current?: readonly Task[];
  /** Of another spec. */
  stale?: readonly Task[];
  /** Of another spec than the one that stands now, created under the expected stamp. */
  revoked?: readonly Task[];
};

export type Story = {
  readonly observations: readonly Observation[];
  readonly nowMs: number;
  after(seconds: number): Story;
  saw(...services: readonly Service[]): Story;
  gone(name: string): Story;
  tasks(readings: Readings, name?: string): Story;
  container(taskId: string, facts?: Partial<Container>): Story;
  event(action: string, facts?: Partial<EngineEvent>): Story;
  /** A spec write, or Swarm's own step, as the engine's event stream tells it. */
  serviceEvent(action: string, updateState?: string | null): Story;
  /** MiB available on a host of 4 GiB; the containers' MiB by task id, of a limit of 256. */
  memory(availableMiB: number, facts?: MemoryFacts): Story;
  log(taskId: string, lines: readonly string[]): Story;
  missed(what: string, reason: string): Story;
  deployed(exitCode?: number, said?: string): Story;
  deadline(afterSeconds?: number): Story;
  probed(answer: ProbeAnswer): Story;
  noted(observation: Observation): Story;
  /** What the rules say at this moment of the story. */
  judged(): Judgement;
};

/** What stood before, and what was meant to come. `isUnderTest`: the head, not the base. */
type Opening = {
  /** The engine's own; tasks are on `node1` unless their story says otherwise. */
  node?: string;
  services?: readonly Service[];
  tasks?: readonly Task[];
  isUnderTest?: boolean;
  images?: Readonly<Record<string, string>>;
  /** Limits that the bot set, by full name. */
  lent?: Expectation["lent"];
};
/** `names` are the services that the recipe defines. */
export const story = (before: Opening = {}, names: readonly string[] = ["app"]): Story => {
  const observations: Observation[] = [];
  let clockMs = startMs;
  const note = (observation: Observation): Story => {
    observations.push(observation);
    return told;
  };
  const now = () => new Date(clockMs).toISOString();
  const told: Story = {
    observations,
    get nowMs() {
      return clockMs;
    },
    after(seconds) {
      clockMs += Math.round(seconds * 1000);
      return told;
    },
    saw(...services) {
      for (const seen of services) note({ is: "service", at: now(), service: seen });
      return told;
    },
    gone: (name) => note({ is: "service-gone", at: now(), service: fullName(name) }),
    tasks({ fresh = [], current = [], stale = [], revoked = [] }, name = "app") {
      const ids = (tasks: readonly Task[]) => tasks.map((t) => t.id);
      return note({
        is: "tasks",
        at: now(),
        service: idOf(name),
        tasks: [...fresh, ...current, ...stale, ...revoked],
        upToDate: ids([...fresh, ...current]),
        stamped: ids([...fresh, ...revoked]),
      });
    },
    container: (taskId, facts) => note({ is: "container", at: now(), container: containerOf(taskId, facts) }),
    event: (action, facts = {}) => {
      const event: EngineEvent = {
        at: now(),
        type: "container",
        action,
        id: facts.task ? `container-of-${facts.task}` : "container",
        service: fullName("app"),
        task: null,
        exitCode: null,
        updateState: null,
        ...facts,
      };
      return note({ is: "event", at: now(), event });
    },
    serviceEvent: (action, updateState = null) =>
      told.event(action, { type: "service", id: idOf("app"), updateState }),
    memory: (availableMiB, facts) => note({ is: "memory", at: now(), memory: memoryOf(availableMiB, facts) }),
    log: (taskId, lines) => note({ is: "log", at: now(), container: `container-of-${taskId}`, lines }),
    missed: (what, reason) => note({ is: "not-captured", at: now(), what, reason }),
    deployed: (exitCode = 0, said = "") =>
      note({ is: "deployed", at: now(), by: "docker stack deploy", exitCode, said }),
    deadline: (afterSeconds = 300) => note({ is: "deadline", at: now(), afterMs: afterSeconds * 1000 }),
    probed: (answer) =>
      note({
        is: "probe",
        at: now(),
        service: "app",
        port: 80,
        wants: { is: "http", path: "/", codes: null },
        answer,
      }),
    noted: note,
    judged: () => judge(observations, clockMs),
  };
  return note({
    is: "before",
    at: now(),
    expectation: expectation(names, before),
    node: before.node ?? "node1",
    services: before.services ?? [],
    tasks: before.tasks ?? [],
  });
};
