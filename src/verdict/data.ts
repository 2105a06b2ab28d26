/**
 * What was seen of a recipe's backup and restore: the plan that its labels make, what each hook said, what the archive holds,
 * and whether what was marked is there. Facts only, as in observation.ts. Services and volumes bear the recipe's own names for the
 * former and the engine's for the latter; text from the app is redacted.
 */
import type { HookPhase, Taken } from "../recipe/backup-labels.ts";

/** How a command ended that ran in a task's container. */
export type CommandEnd =
  | { is: "exited"; code: number }
  | { is: "out-of-time"; afterMs: number }
  /** The container ended meanwhile, and nobody but the app itself had ended it. */
  | { is: "died"; said: string }
  /** No task of the service ran, for as long as one was waited for. */
  | { is: "no-task"; waitedMs: number };

/** A mark by its name, and where it is: a path in a volume, or what a command of testme.yml keeps. */
export type Marked = {
  mark: string;
  service: string;
  place: { is: "file"; path: string; volume: string } | { is: "command" };
};

export type DataObservation =
  /** Who asks for backups, all volumes of the app, what is taken, and those of them that no task uses now. */
  | {
      is: "backup-plan";
      at: string;
      services: readonly string[];
      volumes: readonly string[];
      taken: readonly Taken[];
      idle: readonly string[];
    }
  | ({ is: "marked"; at: string; end: CommandEnd; lines: readonly string[] } & Marked)
  | {
      is: "hook";
      at: string;
      service: string;
      phase: HookPhase;
      command: string;
      end: CommandEnd;
      /** The last that it wrote, oldest first. */
      lines: readonly string[];
    }
  | ({ is: "archived"; at: string; archive: Archive } & Taken)
  /** All of the app's volumes that the engine had; each is gone. */
  | { is: "wiped"; at: string; volumes: readonly string[] }
  /** What was stopped for the wipe runs again; `missing` says what does not, and what is known of it. */
  | { is: "started-again"; at: string; afterMs: number; missing: readonly NotRunning[] }
  | ({ is: "restored"; at: string } & Taken)
  /** `said`: what was read in its place. */
  | ({ is: "mark-read"; at: string; after: Moment; isThere: boolean; said: string } & Marked);

type Moment = "mark" | "wipe" | "restore";
type NotRunning = { service: string; said: string; lines: readonly string[] };
/** Our own marks are not counted. `filled`: files that hold something; a compressed nothing is nothing. */
export type Archive =
  | { is: "missing" }
  | { is: "kept"; of: "file" | "directory"; files: number; filled: number; bytes: number; hasMark: boolean };

export type MarkerFault =
  /** Its write command. */
  | { is: "write"; end: CommandEnd; lines: readonly string[] }
  /** Right after it was written. */
  | { is: "read"; said: string }
  /** It reads the same without the data. */
  | { is: "outlives" };
export type FailedHook = Pick<
  Extract<DataObservation, { is: "hook" }>,
  "service" | "phase" | "command" | "end" | "lines"
>;

export type DataFinding =
  | { is: "marker-failed"; mark: string; service: string; fault: MarkerFault }
  | ({ is: "backup-hook-failed" } & FailedHook)
  /** `isAll`: nothing at all was kept. */
  | { is: "backup-empty"; empty: readonly (Taken & { archive: Archive })[]; isAll: boolean }
  | { is: "not-started-again"; services: readonly NotRunning[]; afterMs: number }
  | ({ is: "restore-hook-failed" } & FailedHook)
  | { is: "data-lost"; marks: readonly (Marked & { said: string })[]; of: number };
