/** Rollouts that neither succeed nor are put back: paused, looping, late, or waiting for ever. */
import { head, type Scenario, update } from "../scenario.ts";
import { exits, restartsFast, runs } from "./behaviour.ts";

const onVolume = { volumes: ["state:/state"] };
const pair = {
  replicas: 2,
  update: { order: "stop-first", parallelism: 2, max_failure_ratio: 0.6, monitor: "15s" },
  rollback: { order: "stop-first" },
};

export const stuck: readonly Scenario[] = [
  // Old and new share a volume: the new one leaves a file there that the old one cannot live with. Two replicas, of which both
  // have to fail: when the second does, Swarm has begun to replace the first, and so it watches over the restored task there.
  // With one replica it often puts the old spec back without a watch, and calls that completed.
  update(
    "rollback paused",
    "rollback-paused: exited 4",
    head({
      ...pair,
      environment: { SLOT: "{{.Task.Slot}}" },
      more: { ...onVolume, ...runs("touch /state/flag; sleep $$SLOT; exit 4").more },
    }),
    { base: { ...pair, more: { ...onVolume, ...runs("[ -e /state/flag ] && exit 9; exec /app").more } } },
  ),
  update(
    "update paused",
    "update-paused: exited 3",
    head({ update: { failure_action: "pause", monitor: "15s" }, ...exits("0.3", 3) }),
  ),
  update(
    "update continued",
    "update-continued: exited 3",
    head({ update: { failure_action: "continue" }, restart: restartsFast, ...exits("0.3", 3) }),
  ),
  update(
    "first deploy loops",
    "crash-looping: exited 3",
    head({ restart: restartsFast, ...exits("0.3", 3) }),
    { before: [] },
  ),
  // Dies well after Swarm's watch of 1 s and well within our hold of 5 s.
  update("settled late", "settled-late: exited 3", head({ update: { monitor: "1s" }, ...exits("3", 3) })),
  update(
    "unschedulable, reservation",
    "unschedulable: resources",
    head({ resources: { reservations: { memory: "900G" } } }),
  ),
  update(
    "unschedulable, constraint",
    "unschedulable: constraints",
    head({ placement: { constraints: ["node.labels.zone == mars"] } }),
  ),
];
