/** Rollouts with nothing wrong: a red verdict on one of them is as bad as a green one elsewhere. */

import { head, type Scenario, update } from "../scenario.ts";
import { exits, healthcheck } from "./behaviour.ts";

const monitor = (seconds: number) => ({ monitor: `${seconds}s` });
const checked = { more: { healthcheck } };

export const good: readonly Scenario[] = [
  update("good, start-first, monitor 5 s", "good", head({ update: monitor(5) })),
  update("good, healthcheck, monitor 5 s", "good", head({ update: monitor(5), ...checked }), {
    base: checked,
  }),
  update("good, start-first, monitor 2 s", "good", head()),
  update("good, stop-first, monitor 2 s", "good", head({ update: { order: "stop-first" } })),
  update("good, only the label changes", "good", { ...head(), version: "1" }),
  update("good after a stale rollback_completed", "good", head(), {
    before: [
      { stack: { app: { stamp: "11aa22bb" } }, until: "running" },
      {
        stack: { app: head({ stamp: "33cc44dd", version: "bad", update: monitor(15), ...exits("0", 5) }) },
        until: "rolled-back",
      },
    ],
  }),
  update("good beside an unchanged neighbour", "good", head(), {
    before: [{ stack: { app: { stamp: "11aa22bb" }, db: {} }, until: "running" }],
    head: { app: head(), db: {} },
  }),
];
