// What a backup and a restore of one volume look like in a record, with one thing that differs.
import type { Taken } from "../../src/recipe/backup-labels.ts";
import type { Archive, CommandEnd, DataObservation } from "../../src/verdict/data.ts";
import { at } from "./builders.ts";

type Of<K extends DataObservation["is"]> = Extract<DataObservation, { is: K }>;

export const exited = (code: number): CommandEnd => ({ is: "exited", code });
export const volume: Taken = { service: "app", volume: "stack_data", path: "/data", isNamed: false };
export const dump: Taken = { service: "db", volume: "stack_db", path: "/db/dump.sql", isNamed: true };
export const kept = (more: Partial<Extract<Archive, { is: "kept" }>> = {}): Archive => ({
  is: "kept",
  of: "directory",
  files: 3,
  filled: 2,
  bytes: 4_096,
  hasMark: true,
  ...more,
});

export const plan = (more: Partial<Of<"backup-plan">> = {}): DataObservation => ({
  is: "backup-plan",
  at: at(1),
  services: ["app"],
  volumes: ["stack_data"],
  taken: [volume],
  idle: [],
  ...more,
});
export const hook = (
  phase: Of<"hook">["phase"],
  end: CommandEnd = exited(0),
  more: Partial<Of<"hook">> = {},
): DataObservation => ({
  is: "hook",
  at: at(2),
  service: "db",
  phase,
  command: "pg_dump app",
  end,
  lines: [],
  ...more,
});
export const archived = (taken: Taken, archive: Archive): DataObservation => ({
  is: "archived",
  at: at(3),
  archive,
  ...taken,
});

const place = { is: "file", path: "/data/.testme-mark", volume: "stack_data" } as const;
export const marked = (end: CommandEnd = exited(0), lines: string[] = []): DataObservation => ({
  is: "marked",
  at: at(1),
  mark: "a row",
  service: "app",
  place: { is: "command" },
  end,
  lines,
});
export const read = (
  after: Of<"mark-read">["after"],
  isThere: boolean,
  more: Partial<Of<"mark-read">> = {},
): DataObservation => ({
  is: "mark-read",
  at: at(4),
  after,
  isThere,
  said: isThere ? "42" : "nothing is there",
  mark: "a file in stack_data",
  service: "app",
  place,
  ...more,
});
export const wiped: DataObservation = { is: "wiped", at: at(5), volumes: ["stack_data"] };
export const startedAgain = (...missing: Of<"started-again">["missing"][number][]): DataObservation => ({
  is: "started-again",
  at: at(6),
  afterMs: 60_000,
  missing,
});
