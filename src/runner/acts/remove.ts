/** Takes all of the run's stack off the engine. */
import type { StepTools, Work } from "../work.ts";
import type { Executor } from "./executor.ts";

export const remove =
  ({ swarm }: StepTools, work: Work): Executor<"remove"> =>
  async (lease, { why }) => {
    work.doing(`clearing the engine of ${work.stack.name}: ${why}`);
    await swarm.removeStack(lease, work.stack);
    work.standing.rolledOut = null;
  };
