/** The database's border: what a row holds as JSON is parsed into the very types that were stored, each held to its type. */
import * as z from "zod";
import type { Decision } from "../command/decision.ts";
import { PERMITS } from "../command/who-may.ts";
import { Commit } from "../recipe/commit.ts";
import type { CheckRun } from "../report/check-run.ts";
import type { Green } from "../run/green.ts";
import { STAGES } from "../stages/stage.ts";
import { AnnotationSchema, LevelSchema } from "./evidence-schema.ts";
import { exactly, list, time } from "./exactly.ts";
import type { Delivery, Message, Push } from "./store.ts";

export { RunSchema } from "./evidence-schema.ts";

export const GreenSchema = exactly<Green>()(
  z.strictObject({
    repository: z.string(),
    branch: z.string(),
    head: Commit,
    runId: z.string(),
    level: LevelSchema,
    at: time,
  }),
);

export const PushSchema = exactly<Push>()(
  z.strictObject({ head: Commit, at: time.nullable(), by: z.string() }),
);

export const DecisionSchema = exactly<Decision>()(
  z.strictObject({
    at: time,
    who: z.string(),
    what: z.enum([...PERMITS, "unclear"]),
    repository: z.string(),
    pull: z.number(),
    commit: z.string().nullable(),
    outcome: z.enum(["allowed", "refused", "unknown"]),
    because: z.string(),
    runId: z.string().nullable(),
  }),
);

const repository = z.strictObject({ owner: z.string(), repo: z.string(), installation: z.number() });

export const DeliverySchema = exactly<Delivery>()(
  z.strictObject({
    guid: z.string(),
    once: z.string(),
    receivedAt: time,
    askedAt: time,
    intake: z.discriminatedUnion("is", [
      z.strictObject({
        is: z.literal("comment"),
        repository,
        pull: z.number(),
        commentId: z.number(),
        login: z.string(),
        body: z.string(),
      }),
      z.strictObject({
        is: z.literal("rerequest"),
        repository,
        pull: z.number(),
        head: Commit,
        stage: z.enum(STAGES).nullable(),
        login: z.string(),
      }),
      z.strictObject({ is: z.literal("suite-rerequest"), repository, head: Commit, login: z.string() }),
      z.strictObject({
        is: z.literal("push"),
        repository,
        pull: z.number(),
        head: Commit,
        login: z.string(),
      }),
      z.strictObject({
        is: z.literal("opened"),
        repository,
        pull: z.number(),
        head: Commit,
        login: z.string(),
        isFork: z.boolean(),
      }),
      z.strictObject({ is: z.literal("closed"), repository, pull: z.number() }),
      z.strictObject({
        is: z.literal("cancel-pressed"),
        repository,
        pull: z.number(),
        runId: z.string(),
        login: z.string(),
      }),
    ]),
  }),
);

const CheckRunSchema = exactly<CheckRun>()(
  z.strictObject({
    name: z.string(),
    head: Commit,
    externalId: z.string(),
    progress: z.discriminatedUnion("status", [
      z.strictObject({ status: z.literal("queued") }),
      z.strictObject({ status: z.literal("in_progress"), startedAt: time }),
      z.strictObject({
        status: z.literal("completed"),
        conclusion: z.enum(["success", "failure", "action_required", "cancelled", "skipped", "neutral"]),
        startedAt: time.nullable(),
        completedAt: time,
      }),
    ]),
    output: z.strictObject({
      title: z.string(),
      summary: z.string(),
      text: z.string().nullable(),
      annotations: list(AnnotationSchema),
    }),
    actions: list(z.strictObject({ label: z.string(), description: z.string(), identifier: z.string() })),
  }),
);

export const MessageSchema = exactly<Message>()(
  z.discriminatedUnion("is", [
    z.strictObject({ key: z.string(), repository, is: z.literal("check-run"), checkRun: CheckRunSchema }),
    z.strictObject({
      key: z.string(),
      repository,
      is: z.literal("comment"),
      issue: z.number(),
      body: z.string(),
    }),
    z.strictObject({
      key: z.string(),
      repository,
      is: z.literal("reaction"),
      commentId: z.number(),
      reaction: z.literal("eyes"),
    }),
  ]),
);
