/** Looks for what was marked before the data was lost. */
import { readBack } from "../data/read-back.ts";
import type { StepTools, Work } from "../work.ts";
import type { Executor } from "./executor.ts";

export const readMarks =
  (tools: StepTools, work: Work): Executor<"read-marks"> =>
  (lease) =>
    readBack(tools, work, lease, "restore");
