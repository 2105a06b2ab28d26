/** What was seen of a recipe's own tests, as it stands in an evidence file. */
import * as z from "zod";
import type { TestEnd } from "../verdict/own-tests.ts";
import { exactly, list } from "./exactly.ts";
import { seen } from "./seen.ts";

export const TEST_FINDINGS = ["tests-failed"] as const;

const EndSchema = exactly<TestEnd>()(
  z.discriminatedUnion("is", [
    z.strictObject({ is: z.literal("exited"), code: z.number() }),
    z.strictObject({ is: z.literal("out-of-memory"), limitBytes: z.number() }),
    z.strictObject({ is: z.literal("out-of-time"), afterMs: z.number() }),
    z.strictObject({ is: z.literal("unstarted"), said: z.string() }),
  ]),
);

export const TEST_OBSERVATIONS = [
  seen("tested", {
    test: z.string(),
    service: z.string(),
    image: z.string(),
    // Records of a time in which there was no other do not say so.
    network: z.enum(["stack", "open"]).default("open"),
    end: EndSchema,
    ms: z.number(),
    lines: list(z.string()),
    results: list(
      z.strictObject({ name: z.string(), status: z.enum(["pass", "fail", "skip"]), detail: z.string() }),
    ),
  }),
] as const;
