/**
 * What was seen, and when: facts only, never a judgement. A rollout's observations, in order, are all that the verdict
 * reads, so that anyone can recompute it later from the stored file. Times are ISO 8601 by the bot's clock, except
 * where a field says that the engine wrote it. Environment values are redacted before they come this far.
 */
import type { Commit } from "../recipe/commit.ts";
import type { Complaint } from "../recipe/complaint.ts";
import type { DeclaredService } from "../recipe/declared.ts";
import type { LintReport } from "../recipe/lint/rule.ts";
import type { OverlayRemark } from "../recipe/overlay-policy.ts";
import type { Limits } from "../recipe/policy/lent.ts";
import type { DataObservation } from "./data.ts";
import type { TestObservation } from "./own-tests.ts";

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
  /** Placement constraints, as the scheduler reads them. */
  constraints: readonly string[];
  /** The whole spec as `path = value` lines, for a diff. */
  lines: readonly string[];
};
export type UpdatePolicy = {
  failureAction: string;
  order: string;
  monitorMs: number;
  /** Failures of the tasks that the update may have before Swarm acts; 0 to 1. */
  maxFailureRatio: number;
};

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
  /** The engine keeps the last five checks, oldest first. */
  health: { status: string; checks: readonly HealthCheck[] } | null;
  error: string;
  memoryLimitBytes: number | null;
  startedAt: string | null;
  finishedAt: string | null;
};
/** One run of a healthcheck; `at` is when it ended, by the engine's clock. */
export type HealthCheck = { at: string; exitCode: number; output: string };

/** The kernel's own account of memory at one moment. */
export type Memory = {
  host: HostMemory;
  /** The cgroup that all of the engine's containers share; null where the engine has none of its own. */
  parent: CgroupMemory | null;
  /** Containers of this stack that were running at that moment, by id: their counters go when they end. */
  containers: Readonly<Record<string, CgroupMemory>>;
};
export type HostMemory = {
  availableBytes: number;
  totalBytes: number;
  /** Kills by the kernel for want of memory since it booted, host-wide (/proc/vmstat `oom_kill`). */
  oomKills: number | null;
  /** Share of the last 10 s in which some task, and every task, stalled on memory, in percent; null without PSI. */
  pressure: { some: number; full: number } | null;
};
export type CgroupMemory = {
  usageBytes: number;
  peakBytes: number | null;
  /** Null: no limit. */
  limitBytes: number | null;
  /** How often the limit was hit: `memory.failcnt` on v1, `max` of `memory.events` on v2. */
  limitHits: number | null;
  oomKills: number | null;
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
  /** The image that the recipe gives each of them at this commit, by full name. */
  images: Readonly<Record<string, string>>;
  /** Limits that the bot set for services without any, by full name; an older record knows of none. */
  lent?: Readonly<Record<string, Partial<Limits>>>;
  /** False for the base of an upgrade: it only has to stand, and a healthy one is not watched any longer. */
  isUnderTest: boolean;
};

export type Observation =
  /** `cgroup` says which proofs of a kill for want of memory this engine can give. */
  | { is: "engine"; at: string; version: string; cgroup: string; memoryBytes: number }
  /** The commit of which testme.yml was read, and what the head would change in it once it is merged. */
  | {
      is: "recipe-config";
      at: string;
      from: Commit | null;
      change: { files: readonly string[]; complaints: readonly Complaint[] } | null;
    }
  /** The version to upgrade from, and which rule chose it. */
  | { is: "base-chosen"; at: string; ref: string; commit: Commit; because: string }
  /** What an overlay of testme.yml changes that is more than the environment. */
  | { is: "overlay"; at: string; file: string; remarks: readonly OverlayRemark[] }
  /** What stands beside the app because the recipe needs it. */
  | { is: "dependency"; at: string; name: string; recipe: string; commit: Commit; ref: string; stack: string }
  /** The recipe was turned down before anything was created. */
  | { is: "complaint"; at: string; file: string; line: number | null; reason: string }
  | { is: "checked-out"; at: string; wanted: Commit; got: Commit; isDirty: boolean }
  | { is: "declared"; at: string; services: readonly DeclaredService[] }
  /** Whose lock covers what happens next; the lock is the app domain's. */
  | { is: "locked"; at: string; appDomain: string; by: string }
  /** Opens a rollout: all that stood on the engine before the deployer was called. */
  | {
      is: "before";
      at: string;
      expectation: Expectation;
      /** The engine's own node, of whose containers alone it tells; null where that was not recorded. */
      node: string | null;
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
  /** The last lines that a container wrote, oldest first, redacted. */
  | { is: "log"; at: string; container: string; lines: readonly string[] }
  | { is: "memory"; at: string; memory: Memory }
  | { is: "event"; at: string; event: EngineEvent }
  /** What the record lacks, and why. */
  | { is: "not-captured"; at: string; what: string; reason: string }
  /** The deployer came back, and every service was read once more after that. */
  | { is: "deployed"; at: string; by: string; exitCode: number; said: string }
  | { is: "deadline"; at: string; afterMs: number }
  /** Closes a rollout: at this moment, and from what stands before it, the rules called it settled. */
  | { is: "settled"; at: string }
  | { is: "probe"; at: string; service: string; port: number; wants: ProbeWish; answer: ProbeAnswer }
  /** An image that the engine did not have; `error` is the registry's own word where it did not come. */
  | { is: "pulled"; at: string; image: string; error: string | null }
  /** A service that the version before had and this one has no longer; it was taken away. */
  | { is: "orphan-removed"; at: string; service: string }
  /** The recipe's files were held against the conventions. */
  | { is: "linted"; at: string; report: LintReport }
  | DataObservation
  | TestObservation;

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

/** What an app has to answer. `codes` null: any that a working app gives. `stable`: so many answers in a row. */
export type ProbeWish =
  | { is: "http"; path: string; codes: readonly number[] | null }
  | { is: "tcp"; stable: number };
/** `fallback`: whose page it is, where it is a proxy's own and not the app's. */
export type ProbeAnswer =
  | { is: "http"; status: number; fallback: string | null }
  | { is: "tcp"; answers: number }
  | { is: "none"; reason: string };
