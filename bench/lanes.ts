/**
 * All trials, several at a time on one engine, in an order that the seed decides. Where the kernel kills something for want
 * of memory, its host-wide counter rises; so those trials run among themselves. Under load there are few lanes: the busy loops
 * are to be the load, and not the trials, which share one process here and none in a run.
 */
import PQueue from "p-queue";
import { startLoad } from "./load.ts";
import type { Scenario } from "./scenario.ts";
import { shuffled } from "./statistics.ts";

const LANES_UNDER_LOAD = 2;

export const inLanes = async (
  scenarios: readonly Scenario[],
  trials: number,
  lanes: number,
  random: () => number,
  play: (scenario: Scenario) => Promise<void>,
): Promise<void> => {
  for (const isUnderLoad of [false, true])
    for (const isHungry of [false, true]) {
      const together = scenarios.filter((s) => s.isUnderLoad === isUnderLoad && s.isHungry === isHungry);
      if (together.length === 0) continue;
      const stopLoad = isUnderLoad ? startLoad() : () => undefined;
      try {
        const order = shuffled(
          together.flatMap((scenario) => Array<Scenario>(trials).fill(scenario)),
          random,
        );
        const concurrency = isUnderLoad ? Math.min(lanes, LANES_UNDER_LOAD) : lanes;
        await new PQueue({ concurrency }).addAll(order.map((scenario) => () => play(scenario)));
      } finally {
        stopLoad();
      }
    }
};
