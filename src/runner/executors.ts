/**
 * Who carries out a step. Every act of every stage goes through this table, which is total by its type; each notes what it
 * saw and decides nothing. The mutating acts hand the run's lease on to the edges that demand it.
 */
import { backUp } from "./acts/back-up.ts";
import { checkOut } from "./acts/check-out.ts";
import type { Executors } from "./acts/executor.ts";
import { lint } from "./acts/lint.ts";
import { mark } from "./acts/mark.ts";
import { probe } from "./acts/probe.ts";
import { provide } from "./acts/provide.ts";
import { pull } from "./acts/pull.ts";
import { readMarks } from "./acts/read-marks.ts";
import { remove } from "./acts/remove.ts";
import { removeOrphans } from "./acts/remove-orphans.ts";
import { restore } from "./acts/restore.ts";
import { rollOut } from "./acts/roll-out.ts";
import { test } from "./acts/test.ts";
import { wipe } from "./acts/wipe.ts";
import type { StepTools, Work } from "./work.ts";

export const executorsFor = (tools: StepTools, work: Work): Executors => ({
  provide: provide(tools, work, executorsFor),
  "check-out": checkOut(tools, work),
  pull: pull(tools, work),
  "roll-out": rollOut(tools, work),
  "remove-orphans": removeOrphans(tools, work),
  probe: probe(tools, work),
  mark: mark(tools, work),
  "back-up": backUp(tools, work),
  wipe: wipe(tools, work),
  restore: restore(tools, work),
  "read-marks": readMarks(tools, work),
  test: test(tools, work),
  lint: lint(tools, work),
  remove: remove(tools, work),
});
