/**
 * Who carries out a step. Every act of every stage goes through this table, which is total by its type; each notes what it
 * saw and decides nothing. The mutating acts hand the run's lease on to the edges that demand it.
 */
import { checkOut } from "./acts/check-out.ts";
import { backUp, mark, readMarks, restore, wipe } from "./acts/data.ts";
import type { Executors } from "./acts/executor.ts";
import { lint } from "./acts/lint.ts";
import { probe } from "./acts/probe.ts";
import { provide } from "./acts/provide.ts";
import { pull } from "./acts/pull.ts";
import { remove } from "./acts/remove.ts";
import { removeOrphans } from "./acts/remove-orphans.ts";
import { rollOut } from "./acts/roll-out.ts";
import { test } from "./acts/test.ts";
import type { StepTools, Work } from "./work.ts";

export const executorsFor = (tools: StepTools, work: Work): Executors => ({
  provide: provide(tools, work, executorsFor),
  "check-out": checkOut(tools, work),
  pull: pull(tools, work),
  "roll-out": rollOut(tools, work),
  "remove-orphans": removeOrphans(tools, work),
  probe: probe(tools, work),
  mark,
  "back-up": backUp,
  wipe,
  restore,
  "read-marks": readMarks,
  test: test(tools, work),
  lint: lint(tools, work),
  remove: remove(tools, work),
});
