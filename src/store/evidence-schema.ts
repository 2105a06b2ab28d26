/**
 * The evidence file's border: JSON comes in, and is parsed once into the very types of the rooms behind it. The compiler holds
 * each schema to its type in both directions, so neither can gain or lose a member alone.
 */
import * as z from "zod";
import { Commit } from "../recipe/commit.ts";
import type { Annotation } from "../report/annotations.ts";
import {
  EVIDENCE_SCHEMA,
  type EvidenceFile,
  type FaultEvidence,
  type StageEvidence,
} from "../report/evidence.ts";
import { type Ladder, type Level, RUNGS } from "../run/ladder.ts";
import type { Run } from "../run/run.ts";
import { STAGES, type Step, type Version } from "../stages/stage.ts";
import { exactly, list, time } from "./exactly.ts";
import { FindingName, ObservationSchema } from "./observation-schema.ts";

const VersionSchema = exactly<Version>()(
  z.strictObject({ is: z.enum(["head", "base"]), commit: Commit, ref: z.string() }),
);

const step = <A extends string>(act: A) => z.strictObject({ act: z.literal(act), version: VersionSchema });
const StepSchema = exactly<Step>()(
  z.discriminatedUnion("act", [
    z.strictObject({ act: z.literal("provide"), for: VersionSchema }),
    step("check-out"),
    step("pull"),
    step("roll-out"),
    step("remove-orphans"),
    step("probe"),
    step("mark"),
    step("back-up"),
    step("wipe"),
    step("restore"),
    step("read-marks"),
    step("test"),
    step("lint"),
    z.strictObject({ act: z.literal("remove"), why: z.string() }),
  ]),
);

const FaultSchema = exactly<FaultEvidence>()(
  z.strictObject({
    party: z.enum(["engine", "git", "github", "dependency", "bot"]),
    message: z.string(),
    mend: z.string(),
  }),
);

const VerdictSchema = exactly<StageEvidence["verdict"]>()(
  z.discriminatedUnion("is", [
    z.strictObject({ is: z.literal("pass") }),
    z.strictObject({ is: z.literal("fail"), findings: list(FindingName) }),
    z.discriminatedUnion("of", [
      z.strictObject({ is: z.literal("inconclusive"), of: z.literal("stage"), fault: FaultSchema }),
      z.strictObject({ is: z.literal("inconclusive"), of: z.literal("cleanup") }),
    ]),
    z.strictObject({ is: z.literal("cancelled"), by: z.string() }),
    z.strictObject({ is: z.literal("skipped"), reason: z.string() }),
    z.strictObject({ is: z.literal("unverified"), reason: z.string() }),
  ]),
);

export const AnnotationSchema = exactly<Annotation>()(
  z.strictObject({
    path: z.string(),
    startLine: z.number(),
    endLine: z.number(),
    startColumn: z.number().nullable(),
    endColumn: z.number().nullable(),
    level: z.enum(["failure", "warning", "notice"]),
    title: z.string(),
    message: z.string(),
  }),
);

export const RunSchema = exactly<Run>()(
  z.strictObject({
    id: z.string(),
    recipe: z.string(),
    head: Commit,
    source: z.discriminatedUnion("is", [
      z.strictObject({
        is: z.literal("pull-request"),
        owner: z.string(),
        repo: z.string(),
        number: z.number(),
        installation: z.number(),
        cloneUrl: z.string(),
        targetBranch: z.string(),
        askedBy: z.string(),
      }),
      z.strictObject({ is: z.literal("local"), path: z.string() }),
    ]),
    stages: list(z.enum(STAGES)),
    from: z.string().nullable(),
    acceptedAt: time,
  }),
);

export const RungStatusSchema = z.enum(["pass", "fail", "skip", "unverified"]);
export const LevelSchema = exactly<Level>()(z.literal([0, 1, 2, 3, 4, 5]));
const LadderSchema = exactly<Ladder>()(
  z.strictObject({
    level: LevelSchema,
    rungs: list(
      z.strictObject({ rung: z.enum(RUNGS), status: RungStatusSchema, reason: z.string().nullable() }),
    ),
  }),
);

const StageSchema = exactly<StageEvidence>()(
  z.strictObject({
    stage: z.enum(STAGES),
    verdict: VerdictSchema,
    told: z.strictObject({ title: z.string(), summary: z.string(), annotations: list(AnnotationSchema) }),
    failedAt: StepSchema.nullable(),
    base: VersionSchema.nullable(),
    cleanupFault: FaultSchema.nullable(),
    // A file from before levels were told has none.
    ladder: LadderSchema.nullable().default(null),
    startedAt: time.nullable(),
    endedAt: time,
    observations: list(ObservationSchema),
  }),
);

export const EvidenceSchema = exactly<EvidenceFile>()(
  z.strictObject({
    schema: z.literal(EVIDENCE_SCHEMA),
    run: RunSchema,
    deployer: z.string(),
    stages: list(StageSchema),
  }),
);
