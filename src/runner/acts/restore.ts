/** Puts back what was taken out, between the recipe's restore hooks. */
import { createReadStream } from "node:fs";
import { Fault } from "../../verdict/fault.ts";
import { placeOf } from "../data/inside.ts";
import { runHooks } from "../data/run-hooks.ts";
import type { StepTools, Work } from "../work.ts";
import type { Executor } from "./executor.ts";

export const restore =
  (tools: StepTools, work: Work): Executor<"restore"> =>
  async (lease) => {
    const { pieces } = work.standing.data;
    if (pieces.length === 0) return;
    if (!(await runHooks(tools, work, lease, "restore pre-hook"))) return;
    for (const { taken, file, root } of pieces) {
      work.doing(`restoring ${taken.path} of ${taken.service}`);
      const inside = await placeOf(tools, work, taken.service);
      if (inside === null) throw noPlace(taken.service);
      await tools.swarm.putInto(lease, work.stack, inside, root, createReadStream(file));
      work.note({ is: "restored", at: tools.now().toISOString(), ...taken });
    }
    await runHooks(tools, work, lease, "restore post-hook");
  };

const noPlace = (service: string): Fault =>
  new Fault(
    "engine",
    `No task of ${service} runs that its data could be put into`,
    "It ran a moment ago: see the engine's log and the service's, and run again.",
  );
