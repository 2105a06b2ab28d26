/** What was seen of a backup and a restore, as it stands in an evidence file. */
import * as z from "zod";
import type { Archive, CommandEnd, Marked } from "../verdict/data.ts";
import { exactly, list } from "./exactly.ts";
import { seen } from "./seen.ts";

export const DATA_FINDINGS = [
  "marker-failed",
  "backup-hook-failed",
  "backup-empty",
  "not-started-again",
  "restore-hook-failed",
  "data-lost",
] as const;

const EndSchema = exactly<CommandEnd>()(
  z.discriminatedUnion("is", [
    z.strictObject({ is: z.literal("exited"), code: z.number() }),
    z.strictObject({ is: z.literal("out-of-time"), afterMs: z.number() }),
    z.strictObject({ is: z.literal("died"), said: z.string() }),
    z.strictObject({ is: z.literal("no-task"), waitedMs: z.number() }),
  ]),
);

const PlaceSchema = exactly<Marked["place"]>()(
  z.discriminatedUnion("is", [
    z.strictObject({ is: z.literal("file"), path: z.string(), volume: z.string() }),
    z.strictObject({ is: z.literal("command") }),
  ]),
);
const marked = { mark: z.string(), service: z.string(), place: PlaceSchema };

const taken = {
  service: z.string(),
  volume: z.string().nullable(),
  path: z.string(),
  isNamed: z.boolean(),
};

const ArchiveSchema = exactly<Archive>()(
  z.discriminatedUnion("is", [
    z.strictObject({ is: z.literal("missing") }),
    z.strictObject({
      is: z.literal("kept"),
      of: z.enum(["file", "directory"]),
      files: z.number(),
      filled: z.number(),
      bytes: z.number(),
      hasMark: z.boolean(),
    }),
  ]),
);

export const DATA_OBSERVATIONS = [
  seen("backup-plan", {
    services: list(z.string()),
    volumes: list(z.string()),
    taken: list(z.strictObject(taken)),
    idle: list(z.string()),
  }),
  seen("marked", { ...marked, end: EndSchema, lines: list(z.string()) }),
  seen("hook", {
    service: z.string(),
    phase: z.enum(["backup pre-hook", "backup post-hook", "restore pre-hook", "restore post-hook"]),
    command: z.string(),
    end: EndSchema,
    lines: list(z.string()),
  }),
  seen("archived", { ...taken, archive: ArchiveSchema }),
  seen("wiped", { volumes: list(z.string()) }),
  seen("started-again", {
    afterMs: z.number(),
    missing: list(z.strictObject({ service: z.string(), said: z.string(), lines: list(z.string()) })),
  }),
  seen("restored", taken),
  seen("mark-read", {
    ...marked,
    after: z.enum(["mark", "wipe", "restore"]),
    isThere: z.boolean(),
    said: z.string(),
  }),
] as const;
