/** Every scenario of the benchmark. The ways to die come once more under load, where only evidence is asked for besides. */

import type { Scenario } from "./scenario.ts";
import { good } from "./scenarios/good.ts";
import { rolledBack } from "./scenarios/rolled-back.ts";
import { stampAndImage } from "./scenarios/stamp-and-image.ts";
import { stuck } from "./scenarios/stuck.ts";

const calm: readonly Scenario[] = [...good, ...rolledBack, ...stuck, ...stampAndImage];

export const SCENARIOS: readonly Scenario[] = [
  ...calm,
  ...calm
    .filter((scenario) => scenario.way !== null)
    .map((scenario) => ({
      ...scenario,
      name: `${scenario.name} (load)`,
      way: `${scenario.way} (load)`,
      isUnderLoad: true,
    })),
];
