/**
 * What was seen, and when: facts only, never a judgement. A rollout's observations, in order, are all that the verdict
 * reads, so that anyone can recompute it later from the stored file. Times are ISO 8601 by the bot's clock, except
 * where a field says that the engine wrote it. Environment values are redacted before they come this far.
 */
import type { Commit } from "../recipe/commit.ts";

/** One side of a service: what the deployer asked Swarm to run. */
export type ServiceSpec = {
  image: string;
  /** `deploy.labels`; the stamp is one of them. */
  labels: Readonly<Record<string, string>>;
  mode: { is: "replicated"; replicas: number } | { is: "global" } | { is: "job"; completions: number };
  /** Null where the recipe sets none; Swarm's defaults then hold (pause, stop-first, 5 s). */
  updatePolicy: UpdatePolicy | null;
  /** "none" and "on-failure" let a task finish for good. */
  restart: "none" | "on-failure" | "any";
  hasHealthcheck: boolean;
  memoryLimitBytes: number | null;
  /** The whole spec as `path = value` lines, for a diff. */
  lines: readonly string[];
};
export type UpdatePolicy = { failureAction: string; order: string; monitorMs: number };

/** Swarm's own account of an update. `state` is the engine's word; times are the engine's. */
export type UpdateStatus = {
  state: string;
  startedAt: string | null;
  completedAt: string | null;
  message: string;
};

export type Service = {
  id: string;
  name: string;
  /** Version.Index: the raft index of the last write to this service, by anyone. */
  version: number;
  spec: ServiceSpec;
  /** PreviousSpec: Swarm drops it the moment it rolls back. */
  previous: ServiceSpec | null;
  update: UpdateStatus | null;
};

export type Task = {
  id: string;
  service: string;
  slot: number | null;
  node: string | null;
  /** The engine's words: new, pending, …, running, complete, failed, shutdown, rejected, orphaned, remove. */
  state: string;
  desired: string;
  message: string;
  error: string | null;
  exitCode: number | null;
  container: string | null;
  image: string;
  /** By the engine's clock. */
  createdAt: string;
  changedAt: string;
};

export type Container = {
  id: string;
  task: string | null;
  /** False until the kernel killed some process in it for want of memory; of itself it accuses nobody. */
  isOomKilled: boolean;
  exitCode: number | null;
  health: { status: string; lastOutput: string } | null;
  error: string;
  finishedAt: string | null;
};

/** What this rollout was meant to bring about. */
export type Expectation = {
  recipe: string;
  stack: string;
  /** The commit that the stamp has to name. */
  commit: Commit;
  /** The label that carries the stamp, and the service that carries the label. */
  stampLabel: string;
  stampedService: string;
  /** The services that the recipe defines at this commit, by full name. */
  services: readonly string[];
  /** False for the base of an upgrade: it only has to stand, and a healthy one is not watched any longer. */
  isUnderTest: boolean;
};

export type Observation =
  /** `cgroup` says which proofs of a kill for want of memory this engine can give. */
  | { is: "engine"; at: string; version: string; cgroup: string; memoryBytes: number }
  /** The recipe was turned down before anything was created. */
  | { is: "complaint"; at: string; file: string; line: number | null; reason: string }
  | { is: "checked-out"; at: string; wanted: Commit; got: Commit; isDirty: boolean }
  /** Opens a rollout: all that stood on the engine before the deployer was called. */
  | {
      is: "before";
      at: string;
      expectation: Expectation;
      services: readonly Service[];
      tasks: readonly Task[];
    }
  | { is: "service"; at: string; service: Service }
  | { is: "service-gone"; at: string; service: string }
  /** All tasks of one service. The two lists are the engine's own filters: up to date, and created under the stamp. */
  | {
      is: "tasks";
      at: string;
      service: string;
      tasks: readonly Task[];
      upToDate: readonly string[];
      stamped: readonly string[];
    }
  | { is: "container"; at: string; container: Container }
  | { is: "event"; at: string; event: EngineEvent }
  /** What the record lacks, and why. */
  | { is: "not-captured"; at: string; what: string; reason: string }
  /** The deployer came back, and every service was read once more after that. */
  | { is: "deployed"; at: string; by: string; exitCode: number; said: string }
  | { is: "deadline"; at: string; afterMs: number }
  /** Closes a rollout: at this moment, and from what stands before it, the rules called it settled. */
  | { is: "settled"; at: string }
  | { is: "probe"; at: string; service: string; port: number; answer: ProbeAnswer };

/** One line of the engine's event stream; `at` is the engine's time. */
export type EngineEvent = {
  at: string;
  type: "service" | "container";
  /** The engine's word: create, update, remove; die, oom, health_status: unhealthy … */
  action: string;
  id: string;
  service: string | null;
  task: string | null;
  exitCode: number | null;
  /** `updatestate.new` of a service event. */
  updateState: string | null;
};

export type ProbeAnswer = { is: "http"; status: number } | { is: "none"; reason: string };
