/**
 * The border of a results file, for those who read one and for the JSON schema that it is published with. The compiler holds it
 * to its type in both directions.
 */
import * as z from "zod";
import { Commit } from "../recipe/commit.ts";
import { RESULTS_SCHEMA, type ResultsFile } from "../report/results.ts";
import { RUNGS } from "../run/ladder.ts";
import { STAGES } from "../stages/stage.ts";
import { LevelSchema, RungStatusSchema } from "./evidence-schema.ts";
import { exactly, list, time } from "./exactly.ts";
import { FindingName, OverlayRemarkSchema } from "./observation-schema.ts";

const RungSchema = z.strictObject({
  status: RungStatusSchema,
  reason: z
    .string()
    .nullable()
    .describe("Why it did not pass; of a fail, the name of its finding or the broken rules"),
});
const amount = z.int().min(0);

export const ResultsSchema = exactly<ResultsFile>()(
  z.strictObject({
    schema: z.literal(RESULTS_SCHEMA),
    run: z.string(),
    recipe: z.string(),
    repository: z.string().nullable().describe("owner/name; null for a run from a terminal"),
    pull: z.int().nullable(),
    branch: z.string().nullable().describe("The branch that the head is to be merged into"),
    head: Commit,
    base: z
      .strictObject({ ref: z.string(), commit: Commit })
      .nullable()
      .describe("What the upgrade started from"),
    deployer: z.string(),
    verdict: z.enum(["pass", "fail", "inconclusive", "cancelled"]),
    level: LevelSchema.describe("The highest rung that passed with every lower one passed or skipped"),
    rungs: z.strictObject({
      install: RungSchema,
      upgrade: RungSchema,
      "backup-restore": RungSchema,
      custom: RungSchema,
      lint: RungSchema,
    }),
    stages: list(
      z.strictObject({
        name: z.enum(STAGES),
        status: z.enum(["pass", "fail", "skip", "unverified", "inconclusive", "cancelled"]),
        reason: z.string().nullable(),
        title: z.string(),
        ms: z.number().nullable().describe("Null where it never began"),
        findings: list(FindingName),
        tests: list(
          z.strictObject({
            name: z.string(),
            status: z.enum(["pass", "fail", "skip"]),
            ms: z.number(),
          }),
        ),
      }),
    ),
    skips: z.strictObject({
      intentional: z
        .partialRecord(z.enum(RUNGS), z.string())
        .readonly()
        .describe("Rungs that were skipped on purpose, and why"),
      unintentional: list(z.enum(RUNGS)).describe("Rungs that nobody has shown"),
    }),
    lint: z
      .strictObject({ broken: list(z.string()), advised: list(z.string()) })
      .describe("Rules that are not kept: what the conventions demand, and what they only advise"),
    dependencies: list(
      z.strictObject({ name: z.string(), recipe: z.string(), ref: z.string(), commit: Commit }),
    ).describe("What stood beside the app because the recipe needs it"),
    overlay: z
      .strictObject({ file: z.string(), beyond: list(OverlayRemarkSchema) })
      .nullable()
      .describe(
        "A compose file of testme.yml's, and what it does that is more than to suit the recipe to its environment",
      ),
    creations: z
      .strictObject({ planned: amount, made: amount })
      .describe("Deployments on an empty engine, as planned and as they came about"),
    flags: z.strictObject({
      clean_teardown: z.boolean().describe("Nothing of the run is left on the engine"),
      no_secret_leak: z.boolean().describe("No secret that the run made stands in what was stored of it"),
    }),
    finishedAt: time,
  }),
);
