/** Every way in which Swarm puts the old spec back, brought about on a real engine, and the name and cause that it gets. */
import { expect, it } from "vitest";
import { engineFolder, expectRed, type Red } from "../../support/play.ts";
import { STAYS, watched } from "../../support/recipes-rollouts.ts";
import { isRunning } from "../../support/second-writer.ts";

const folder = engineFolder();
const startFirst = { ...watched, order: "start-first" };
const three = { replicas: 3, update_config: { ...watched, parallelism: 1, delay: "500ms" } };
/** Ends with the failure as well, where the rollback fails. */
const watchedBack = { order: "stop-first", monitor: "60s" };
/** A slot that still has a running task when Swarm turns back makes it watch the old spec come up again there. */
const flag = {
  service: { volumes: ["data:/data"], environment: { SLOT: "{{.Task.Slot}}" } },
  deploy: { replicas: 2, update_config: { ...watched, parallelism: 0 }, rollback_config: watchedBack },
  more: { volumes: { data: {} } },
};
const patient = { update_config: { ...watched, monitor: "3s" }, rollback_config: { monitor: "3s" } };

const stories: Red[] = [
  {
    is: "a bind mount whose source is missing: rejected",
    name: "mount",
    heads: {
      head: { service: { volumes: ["/nonexistent/of-testme:/data"] }, deploy: { update_config: startFirst } },
    },
    finding: {
      is: "rolled-back",
      by: "swarm",
      cause: { is: "rejected", error: expect.stringContaining("/nonexistent/of-testme") },
    },
    title: /^Rolled back: mount_app was rejected by the engine, Swarm restored [0-9a-f]{8}$/,
  },
  {
    is: "an entrypoint that is not there: rejected",
    name: "entry",
    heads: { head: { service: { entrypoint: ["/nonexistent"] }, deploy: { update_config: startFirst } } },
    finding: {
      is: "rolled-back",
      by: "swarm",
      cause: { is: "rejected", error: expect.stringContaining("starting container failed") },
    },
    title: /^Rolled back: entry_app was rejected by the engine, /,
  },
  {
    is: "a process that kills itself: SIGKILL, and not want of memory",
    name: "signal",
    heads: {
      head: { does: "sh -c 'sleep 0.5; kill -9 $$$$'; exit $$?", deploy: { update_config: watched } },
    },
    finding: { is: "rolled-back", by: "swarm", cause: { is: "exited", code: 137, signal: "SIGKILL" } },
    title: /^Rolled back: signal_app was killed \(exit code 137\), Swarm restored [0-9a-f]{8}$/,
  },
  {
    is: "a child is killed for want of memory, and its parent gives up: the code is the parent's",
    name: "child",
    heads: {
      head: {
        does: "sleep 0.3; sh -c 'x=a; while :; do x=$$x$$x; done'; exit 1",
        deploy: { resources: { limits: { memory: "16M" } }, update_config: watched },
      },
    },
    finding: { is: "rolled-back", by: "swarm", cause: { is: "out-of-memory", exitCode: 1 } },
    title: /^Rolled back: child_app ran out of memory, Swarm restored [0-9a-f]{8}$/,
  },
  {
    is: "one of three replicas fails, and none may",
    name: "three",
    base: { deploy: three },
    heads: {
      head: {
        does: `[ $$SLOT = 2 ] && exit 3; ${STAYS}`,
        service: { environment: { SLOT: "{{.Task.Slot}}" } },
        deploy: three,
      },
    },
    finding: {
      is: "rolled-back",
      by: "swarm",
      cause: { is: "exited", code: 3, signal: null },
      death: { task: { slot: 2 } },
    },
    title: /^Rolled back: three_app exited with code 3, /,
  },
  {
    is: "a global service",
    name: "everywhere",
    base: { deploy: { mode: "global" } },
    heads: { head: { does: "exit 4", deploy: { mode: "global", update_config: watched } } },
    finding: { is: "rolled-back", by: "swarm", cause: { is: "exited", code: 4 } },
    title: /^Rolled back: everywhere_app exited with code 4, /,
  },
  {
    is: "a person rolls a good update back",
    name: "person",
    heads: { head: { deploy: patient } },
    meddle: (person) => (deploy) => async (lease, app, deployment) => {
      const said = await deploy(lease, app, deployment);
      await person.until(({ service, upToDate }) => service.update !== null && upToDate.some(isRunning));
      await person.service("rollback");
      return said;
    },
    finding: { is: "rolled-back", by: "person", death: null },
    title: /^Rolled back by hand: somebody ran docker service rollback on person_app$/,
  },
  {
    is: "the old version does not come back up either",
    name: "both",
    base: { does: `[ -e /data/flag ] && exit 9; ${STAYS}`, ...flag },
    heads: { head: { does: `[ $$SLOT = 1 ] || ${STAYS}; touch /data/flag; exit 4`, ...flag } },
    finding: {
      is: "rollback-paused",
      cause: { is: "exited", code: 4 },
      revert: { cause: { is: "exited", code: 9 }, death: { task: { state: "failed" } } },
    },
    title:
      /^Rollback failed too: both_app exited with code 4, and [0-9a-f]{8}, put back by Swarm, exited with code 9/,
  },
  {
    is: "somebody writes another spec over a failing one, so that Swarm can only go back to that",
    name: "midroll",
    // It fails once the other spec is there, however long that takes to come.
    heads: {
      head: {
        does: `[ -z "$$BY" ] || { [ $$SLOT = 1 ] || ${STAYS}; touch /data/flag; exit 3; }; while [ ! -e /data/flag ]; do sleep 0.1; done; exit 3`,
        ...flag,
        deploy: {
          replicas: 2,
          update_config: { ...watched, parallelism: 0 },
          rollback_config: watchedBack,
        },
      },
    },
    meddle: (person) => (deploy) => async (lease, app, deployment) => {
      const said = await deploy(lease, app, deployment);
      await person.until(({ service, upToDate }) => service.update !== null && upToDate.some(isRunning));
      await person.service("update", "--env-add", "BY=somebody");
      return said;
    },
    finding: {
      is: "rollback-paused",
      cause: { is: "exited", code: 3 },
      revert: { cause: { is: "exited", code: 3 } },
    },
    title: /^Rollback failed too: midroll_app exited with code 3, /,
  },
];

for (const story of stories) it.concurrent(story.is, () => expectRed(folder, story));
