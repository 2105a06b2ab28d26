/** Every kind of observation as it stands in an evidence file, one schema each, by its `is`. */
import * as z from "zod";
import { Commit } from "../recipe/commit.ts";
import type { Complaint } from "../recipe/complaint.ts";
import type { LintReport } from "../recipe/lint/rule.ts";
import type { Finding } from "../verdict/finding.ts";
import type {
  Container,
  EngineEvent,
  Expectation,
  Observation,
  ProbeAnswer,
  ProbeWish,
} from "../verdict/observation.ts";
import { DATA_FINDINGS, DATA_OBSERVATIONS } from "./data-schema.ts";
import { exactly, list, time } from "./exactly.ts";
import { DeclaredSchema, MemorySchema, ServiceSchema, TaskSchema } from "./reading-schema.ts";
import { seen } from "./seen.ts";
import { TEST_FINDINGS, TEST_OBSERVATIONS } from "./test-schema.ts";

export const FindingName = exactly<Finding["is"]>()(
  z.enum([
    "invalid-recipe",
    "deploy-refused",
    "rolled-back",
    "rollback-paused",
    "update-paused",
    "update-continued",
    "crash-looping",
    "settled-late",
    "unschedulable",
    "not-converged",
    "stamp-mismatch",
    "wrong-image",
    "service-gone",
    "not-serving",
    "pull-failed",
    ...DATA_FINDINGS,
    ...TEST_FINDINGS,
  ]),
);

const ExpectationSchema = exactly<Expectation>()(
  z.strictObject({
    recipe: z.string(),
    stack: z.string(),
    commit: Commit,
    stampLabel: z.string(),
    stampedService: z.string(),
    services: list(z.string()),
    images: z.record(z.string(), z.string()),
    lent: z
      .record(
        z.string(),
        z.strictObject({
          memoryBytes: z.number().exactOptional(),
          cpus: z.number().exactOptional(),
          pids: z.number().exactOptional(),
        }),
      )
      .exactOptional(),
    isUnderTest: z.boolean(),
  }),
);

const ContainerSchema = exactly<Container>()(
  z.strictObject({
    id: z.string(),
    task: z.string().nullable(),
    isOomKilled: z.boolean(),
    exitCode: z.number().nullable(),
    health: z
      .strictObject({
        status: z.string(),
        checks: list(z.strictObject({ at: time, exitCode: z.number(), output: z.string() })),
      })
      .nullable(),
    error: z.string(),
    memoryLimitBytes: z.number().nullable(),
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
  }),
);

const EventSchema = exactly<EngineEvent>()(
  z.strictObject({
    at: time,
    type: z.enum(["service", "container"]),
    action: z.string(),
    id: z.string(),
    service: z.string().nullable(),
    task: z.string().nullable(),
    exitCode: z.number().nullable(),
    updateState: z.string().nullable(),
  }),
);

const AnswerSchema = exactly<ProbeAnswer>()(
  z.discriminatedUnion("is", [
    // Older files do not have the fallback.
    z.strictObject({
      is: z.literal("http"),
      status: z.number(),
      fallback: z.string().nullable().default(null),
    }),
    z.strictObject({ is: z.literal("tcp"), answers: z.number() }),
    z.strictObject({ is: z.literal("none"), reason: z.string() }),
  ]),
);

const ComplaintSchema = exactly<Complaint>()(
  z.strictObject({ file: z.string(), line: z.number().nullable(), reason: z.string() }),
);

const WishSchema = exactly<ProbeWish>()(
  z.discriminatedUnion("is", [
    z.strictObject({ is: z.literal("http"), path: z.string(), codes: list(z.number()).nullable() }),
    z.strictObject({ is: z.literal("tcp"), stable: z.number() }),
  ]),
);

const LintSchema = exactly<LintReport>()(
  z.strictObject({
    rules: list(
      z.strictObject({
        rule: z.string(),
        status: z.enum(["kept", "broken", "not-applicable"]),
        severity: z.enum(["error", "warning"]),
        remarks: list(z.strictObject({ file: z.string(), line: z.number().nullable(), message: z.string() })),
      }),
    ),
  }),
);

export const OverlayRemarkSchema = z.strictObject({
  line: z.number().nullable(),
  service: z.string().nullable(),
  what: z.string(),
});

export const ObservationSchema = exactly<Observation>()(
  z.discriminatedUnion("is", [
    seen("engine", { version: z.string(), cgroup: z.string(), memoryBytes: z.number() }),
    seen("recipe-config", {
      from: Commit.nullable(),
      change: z.strictObject({ files: list(z.string()), complaints: list(ComplaintSchema) }).nullable(),
    }),
    seen("base-chosen", { ref: z.string(), commit: Commit, because: z.string() }),
    seen("overlay", {
      file: z.string(),
      remarks: list(OverlayRemarkSchema),
    }),
    seen("dependency", {
      name: z.string(),
      recipe: z.string(),
      commit: Commit,
      ref: z.string(),
      stack: z.string(),
    }),
    seen("complaint", { file: z.string(), line: z.number().nullable(), reason: z.string() }),
    seen("checked-out", { wanted: Commit, got: Commit, isDirty: z.boolean() }),
    seen("declared", { services: list(DeclaredSchema) }),
    seen("locked", { appDomain: z.string(), by: z.string() }),
    seen("before", {
      expectation: ExpectationSchema,
      // Older files do not have it.
      node: z.string().nullable().default(null),
      services: list(ServiceSchema),
      tasks: list(TaskSchema),
    }),
    seen("service", { service: ServiceSchema }),
    seen("service-gone", { service: z.string() }),
    seen("tasks", {
      service: z.string(),
      tasks: list(TaskSchema),
      upToDate: list(z.string()),
      stamped: list(z.string()),
    }),
    seen("container", { container: ContainerSchema }),
    seen("log", { container: z.string(), lines: list(z.string()) }),
    seen("memory", { memory: MemorySchema }),
    seen("event", { event: EventSchema }),
    seen("not-captured", { what: z.string(), reason: z.string() }),
    seen("deployed", { by: z.string(), exitCode: z.number(), said: z.string() }),
    seen("deadline", { afterMs: z.number() }),
    seen("settled", {}),
    seen("probe", {
      service: z.string(),
      port: z.number(),
      // What older files asked.
      wants: WishSchema.default({ is: "http", path: "/", codes: null }),
      answer: AnswerSchema,
    }),
    seen("pulled", { image: z.string(), error: z.string().nullable() }),
    seen("orphan-removed", { service: z.string() }),
    seen("linted", { report: LintSchema }),
    ...DATA_OBSERVATIONS,
    ...TEST_OBSERVATIONS,
  ]),
);
