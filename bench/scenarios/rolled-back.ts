/** Swarm, or a person, put the previous spec back: each cause that the verdict tells apart. */
import type { Shape } from "../compose.ts";
import { head, type Scenario, update } from "../scenario.ts";
import { exits, healthcheck, hungry, memoryLimit, runs } from "./behaviour.ts";

const bySwarm = (cause: string) => `rolled-back by swarm: ${cause}`;
/** Swarm watches long enough to see even a death that a busy machine delays; it rolls back at the death, not at the end. */
const failing = (shape: Shape): Shape => head({ update: { monitor: "15s" }, ...shape });
const sick = { HEALTH: "bad" };

export const rolledBack: readonly Scenario[] = [
  update("exit at once", bySwarm("exited 1"), failing({ more: { command: ["false"] } }), {
    way: "exit at once",
  }),
  update("exit after 100 ms", bySwarm("exited 3"), failing(exits("0.1", 3)), { way: "exit after 100 ms" }),
  update("exit 0", bySwarm("exited 0"), failing(exits("0.3", 0))),
  // Process 1 cannot kill itself, so a child does that and its parent hands the code on.
  update(
    "SIGKILL by itself",
    bySwarm("exited 137"),
    failing(runs("sleep 0.3; sh -c 'kill -9 $$$$'; exit $$?")),
  ),
  update(
    "unhealthy",
    bySwarm("unhealthy"),
    failing({ environment: { ...sick, IGNORE_TERM: "1" }, more: { healthcheck } }),
    { base: { more: { healthcheck } } },
  ),
  update(
    "unhealthy, then exit 0",
    bySwarm("unhealthy"),
    failing({ environment: sick, more: { healthcheck } }),
    {
      base: { more: { healthcheck } },
    },
  ),
  update("out of memory", bySwarm("out-of-memory"), failing(hungry), {
    base: { resources: memoryLimit },
    way: "OOM",
    isHungry: true,
  }),
  update("image missing", bySwarm("image-unavailable"), failing({ image: "nosuch.invalid/x:1" }), {
    way: "image missing",
  }),
  update(
    "bad mount",
    bySwarm("rejected"),
    failing({ more: { volumes: [{ type: "bind", source: "/nosuch/source", target: "/x" }] } }),
    { way: "bad mount" },
  ),
  update("bad entrypoint", bySwarm("rejected"), failing({ more: { entrypoint: ["/nosuch"] } }), {
    way: "bad entrypoint",
  }),
  update("rolled back by a person", "rolled-back by person", head({ update: { monitor: "5s" } }), {
    act: { is: "rollback", afterMs: [300, 900] },
  }),
  update("a neighbour is rolled back", `db ${bySwarm("exited 3")}`, head(), {
    before: [{ stack: { app: { stamp: "11aa22bb" }, db: {} }, until: "running" }],
    head: { app: head(), db: { version: "2", update: { monitor: "15s" }, ...exits("0.3", 3) } },
  }),
  update("exit 3 after a stale out of memory", bySwarm("exited 3"), failing(exits("0.3", 3)), {
    before: [
      { stack: { app: { stamp: "11aa22bb" } }, until: "running" },
      { stack: { app: failing({ stamp: "33cc44dd", ...hungry }) }, until: "rolled-back" },
    ],
    isHungry: true,
  }),
];
