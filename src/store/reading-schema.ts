/** What the engine was read to say, as it stands in an evidence file: services, tasks and memory; and where the recipe says it. */
import * as z from "zod";
import type { DeclaredService } from "../recipe/declared.ts";
import type { Memory, Service, ServiceSpec, Task } from "../verdict/observation.ts";
import { exactly, list, time } from "./exactly.ts";

const SpecSchema = exactly<ServiceSpec>()(
  z.strictObject({
    image: z.string(),
    labels: z.record(z.string(), z.string()),
    mode: z.discriminatedUnion("is", [
      z.strictObject({ is: z.literal("replicated"), replicas: z.number() }),
      z.strictObject({ is: z.literal("global") }),
      z.strictObject({ is: z.literal("job"), completions: z.number() }),
    ]),
    updatePolicy: z
      .strictObject({
        failureAction: z.string(),
        order: z.string(),
        monitorMs: z.number(),
        maxFailureRatio: z.number(),
      })
      .nullable(),
    restart: z.enum(["none", "on-failure", "any"]),
    hasHealthcheck: z.boolean(),
    memoryLimitBytes: z.number().nullable(),
    constraints: list(z.string()),
    lines: list(z.string()),
  }),
);

export const ServiceSchema = exactly<Service>()(
  z.strictObject({
    id: z.string(),
    name: z.string(),
    version: z.number(),
    spec: SpecSchema,
    previous: SpecSchema.nullable(),
    update: z
      .strictObject({
        state: z.string(),
        startedAt: time.nullable(),
        completedAt: time.nullable(),
        message: z.string(),
      })
      .nullable(),
  }),
);

export const TaskSchema = exactly<Task>()(
  z.strictObject({
    id: z.string(),
    service: z.string(),
    slot: z.number().nullable(),
    node: z.string().nullable(),
    state: z.string(),
    desired: z.string(),
    message: z.string(),
    error: z.string().nullable(),
    exitCode: z.number().nullable(),
    container: z.string().nullable(),
    image: z.string(),
    createdAt: time,
    changedAt: time,
  }),
);

const CgroupSchema = z.strictObject({
  usageBytes: z.number(),
  peakBytes: z.number().nullable(),
  limitBytes: z.number().nullable(),
  limitHits: z.number().nullable(),
  oomKills: z.number().nullable(),
});

export const MemorySchema = exactly<Memory>()(
  z.strictObject({
    host: z.strictObject({
      availableBytes: z.number(),
      totalBytes: z.number(),
      oomKills: z.number().nullable(),
      pressure: z.strictObject({ some: z.number(), full: z.number() }).nullable(),
    }),
    parent: CgroupSchema.nullable(),
    containers: z.record(z.string(), CgroupSchema),
  }),
);

const SpanSchema = z.strictObject({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  endLine: z.number(),
  endColumn: z.number(),
});

export const DeclaredSchema = exactly<DeclaredService>()(
  z.strictObject({
    service: z.string(),
    image: SpanSchema.nullable(),
    healthcheck: SpanSchema.nullable(),
    updateConfig: SpanSchema.nullable(),
    placement: SpanSchema.nullable(),
  }),
);
