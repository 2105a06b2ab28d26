/**
 * The door for the engine's JSON: parsed once here, only the fields that a verdict reads, into the words of
 * verdict/observation.ts. Environment values stop at this door; what stands for one tells equal from different and
 * nothing else (keyed hash, the key lives and dies with this process).
 */
import { createHmac, randomBytes } from "node:crypto";
import * as z from "zod";
import type {
  Container,
  EngineEvent,
  HealthCheck,
  Service,
  ServiceSpec,
  Task,
  UpdatePolicy,
} from "../verdict/observation.ts";

const redactionKey = randomBytes(32);
/** Tells equal values from different ones, within this process, and nothing else. */
export const fingerprintOf = (value: string): string =>
  createHmac("sha256", redactionKey).update(value).digest("hex").slice(0, 8);

const NS_PER_MS = 1_000_000;
const Labels = z.record(z.string(), z.string()).nullish();
const RawSpec = z.looseObject({
  Name: z.string(),
  Labels,
  TaskTemplate: z.looseObject({
    ContainerSpec: z
      .looseObject({
        Image: z.string(),
        Healthcheck: z.looseObject({ Test: z.array(z.string()).nullish() }).nullish(),
      })
      .optional(),
    Placement: z.looseObject({ Constraints: z.array(z.string()).nullish() }).nullish(),
    Resources: z
      .looseObject({ Limits: z.looseObject({ MemoryBytes: z.number().nullish() }).nullish() })
      .nullish(),
    RestartPolicy: z.looseObject({ Condition: z.string().nullish() }).nullish(),
  }),
  Mode: z.object({
    Replicated: z.object({ Replicas: z.number().nullish() }).nullish(),
    Global: z.object({}).nullish(),
    ReplicatedJob: z.object({ TotalCompletions: z.number().nullish() }).nullish(),
    GlobalJob: z.object({}).nullish(),
  }),
  UpdateConfig: z
    .looseObject({
      FailureAction: z.string().nullish(),
      Order: z.string().nullish(),
      Monitor: z.number().nullish(),
      MaxFailureRatio: z.number().nullish(),
    })
    .nullish(),
});
type RawSpec = z.infer<typeof RawSpec>;

const RawService = z.object({
  ID: z.string(),
  Version: z.object({ Index: z.number() }),
  Spec: RawSpec,
  PreviousSpec: RawSpec.nullish(),
  UpdateStatus: z
    .object({
      State: z.string().nullish(),
      StartedAt: z.string().nullish(),
      CompletedAt: z.string().nullish(),
      Message: z.string().nullish(),
    })
    .nullish(),
});

export const parseService = (json: unknown): Service => {
  const raw = RawService.parse(json);
  const update = raw.UpdateStatus;
  return {
    id: raw.ID,
    name: raw.Spec.Name,
    version: raw.Version.Index,
    spec: specOf(raw.Spec),
    previous: raw.PreviousSpec ? specOf(raw.PreviousSpec) : null,
    update: update?.State
      ? {
          state: update.State,
          startedAt: update.StartedAt ?? null,
          completedAt: update.CompletedAt ?? null,
          message: update.Message ?? "",
        }
      : null,
  };
};

const specOf = (raw: RawSpec): ServiceSpec => {
  const test = raw.TaskTemplate.ContainerSpec?.Healthcheck?.Test?.[0];
  const condition = raw.TaskTemplate.RestartPolicy?.Condition;
  return {
    image: raw.TaskTemplate.ContainerSpec?.Image ?? "",
    labels: raw.Labels ?? {},
    mode: modeOf(raw.Mode),
    updatePolicy: policyOf(raw.UpdateConfig),
    restart: condition === "none" || condition === "on-failure" ? condition : "any",
    hasHealthcheck: test !== undefined && test !== "NONE",
    memoryLimitBytes: raw.TaskTemplate.Resources?.Limits?.MemoryBytes || null,
    constraints: raw.TaskTemplate.Placement?.Constraints ?? [],
    lines: linesOf(raw, ""),
  };
};

const modeOf = (mode: RawSpec["Mode"]): ServiceSpec["mode"] => {
  if (mode.ReplicatedJob) return { is: "job", completions: mode.ReplicatedJob.TotalCompletions ?? 1 };
  if (mode.GlobalJob) return { is: "job", completions: 1 };
  return mode.Global ? { is: "global" } : { is: "replicated", replicas: mode.Replicated?.Replicas ?? 1 };
};

const policyOf = (raw: RawSpec["UpdateConfig"]): UpdatePolicy | null =>
  raw
    ? {
        failureAction: raw.FailureAction ?? "pause",
        order: raw.Order ?? "stop-first",
        monitorMs: (raw.Monitor ?? 0) / NS_PER_MS,
        maxFailureRatio: raw.MaxFailureRatio ?? 0,
      }
    : null;

/** `path = value` for every leaf, keys in order. */
const linesOf = (value: unknown, path: string): string[] => {
  if (Array.isArray(value))
    return path.endsWith("ContainerSpec.Env")
      ? value.map((entry) => `${path}.${redactEntry(String(entry))}`).sort()
      : value.flatMap((item, index) => linesOf(item, `${path}[${index}]`));
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .flatMap(([key, inner]) => linesOf(inner, path ? `${path}.${key}` : key));
  return [`${path} = ${String(value)}`];
};

const redactEntry = (entry: string): string => {
  const at = entry.indexOf("=");
  return at < 0 ? entry : `${entry.slice(0, at)} = <redacted ${fingerprintOf(entry.slice(at + 1))}>`;
};

const RawTask = z.object({
  ID: z.string(),
  ServiceID: z.string().default(""),
  Slot: z.number().nullish(),
  NodeID: z.string().nullish(),
  CreatedAt: z.string(),
  DesiredState: z.string(),
  Spec: z.object({ ContainerSpec: z.looseObject({ Image: z.string() }).nullish() }),
  Status: z.object({
    Timestamp: z.string(),
    State: z.string(),
    Message: z.string().nullish(),
    Err: z.string().nullish(),
    ContainerStatus: z
      .object({
        ContainerID: z.string().nullish(),
        ExitCode: z.number().nullish(),
        PID: z.number().nullish(),
      })
      .nullish(),
  }),
});

export const parseTask = (json: unknown): Task => {
  const raw = RawTask.parse(json);
  const hasEnded = ["complete", "failed", "shutdown"].includes(raw.Status.State);
  return {
    id: raw.ID,
    service: raw.ServiceID,
    slot: raw.Slot ?? null,
    node: raw.NodeID || null,
    state: raw.Status.State,
    desired: raw.DesiredState,
    message: raw.Status.Message ?? "",
    error: raw.Status.Err || null,
    exitCode: hasEnded ? (raw.Status.ContainerStatus?.ExitCode ?? null) : null,
    container: raw.Status.ContainerStatus?.ContainerID || null,
    image: raw.Spec.ContainerSpec?.Image ?? "",
    createdAt: raw.CreatedAt,
    changedAt: raw.Status.Timestamp,
  };
};

const RawCheck = z.object({ End: z.string(), ExitCode: z.number(), Output: z.string() });
const RawContainer = z.object({
  Id: z.string(),
  Config: z.object({ Labels }),
  HostConfig: z.object({ Memory: z.number().nullish() }).nullish(),
  State: z.object({
    Status: z.string(),
    OOMKilled: z.boolean(),
    ExitCode: z.number(),
    Error: z.string().default(""),
    StartedAt: z.string(),
    FinishedAt: z.string(),
    Health: z.object({ Status: z.string(), Log: z.array(RawCheck).nullish() }).nullish(),
  }),
});

export const parseContainer = (json: unknown): Container => {
  const { Id, Config, HostConfig, State } = RawContainer.parse(json);
  const hasEnded = State.Status === "exited" || State.Status === "dead";
  const health = State.Health;
  return {
    id: Id,
    task: Config.Labels?.["com.docker.swarm.task.id"] ?? null,
    isOomKilled: State.OOMKilled,
    exitCode: hasEnded ? State.ExitCode : null,
    health:
      health && health.Status !== "none"
        ? { status: health.Status, checks: (health.Log ?? []).map(checkOf) }
        : null,
    error: State.Error,
    memoryLimitBytes: HostConfig?.Memory || null,
    startedAt: State.StartedAt.startsWith("0001") ? null : State.StartedAt,
    finishedAt: hasEnded ? State.FinishedAt : null,
  };
};

const checkOf = ({ End, ExitCode, Output }: z.infer<typeof RawCheck>): HealthCheck => ({
  at: End,
  exitCode: ExitCode,
  output: Output.trim(),
});

/** The legacy fields (`status`, `id`, `from`) are gone from API 1.52 on; these are in every version. */
const RawEvent = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  timeNano: z.number(),
});

/** Null for events that no verdict reads, healthcheck executions among them (their command lines may hold secrets). */
export const parseEvent = (json: unknown): EngineEvent | null => {
  const raw = RawEvent.parse(json);
  if (raw.Type !== "service" && raw.Type !== "container") return null;
  if (raw.Action.startsWith("exec_")) return null;
  const attributes = raw.Actor.Attributes ?? {};
  const exitCode = attributes.exitCode;
  return {
    at: new Date(raw.timeNano / NS_PER_MS).toISOString(),
    type: raw.Type,
    action: raw.Action,
    id: raw.Actor.ID,
    service: (raw.Type === "service" ? attributes.name : attributes["com.docker.swarm.service.name"]) ?? null,
    task: attributes["com.docker.swarm.task.id"] ?? null,
    exitCode: exitCode === undefined ? null : Number(exitCode),
    updateState: attributes["updatestate.new"] ?? null,
  };
};
