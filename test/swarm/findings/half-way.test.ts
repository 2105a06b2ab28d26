/** Rollouts that Swarm neither finishes nor takes back, brought about on a real engine, and the name that each gets. */
import { expect, it } from "vitest";
import { engineFolder, expectRed, play, type Red } from "../../support/play.ts";
import { rollsBack, STAYS, watched } from "../../support/recipes-rollouts.ts";
import { FAILS_ON_A_WORD, isRunning } from "../../support/second-writer.ts";

const folder = engineFolder();
const exits3 = { is: "exited", code: 3, signal: null };
const pauses = { update_config: { ...watched, failure_action: "pause" } };
const half = { replicas: 3, update_config: { ...rollsBack, parallelism: 1, max_failure_ratio: 0.5 } };
const onMars = { placement: { constraints: ["node.labels.zone==mars"] } };
const hostPort = {
  service: { ports: [{ target: 80, published: 8099, protocol: "tcp", mode: "host" }] },
  deploy: { endpoint_mode: "dnsrr", update_config: { ...rollsBack, order: "start-first" } },
};

const stories: Red[] = [
  {
    is: "Swarm pauses",
    name: "pauses",
    heads: { head: { does: "exit 3", deploy: pauses } },
    finding: { is: "update-paused", cause: exits3, death: { isNamedBySwarm: true } },
    title: /^Update paused: pauses_app exited with code 3, Swarm stopped half-way$/,
  },
  {
    is: "the failing spec is deployed again while Swarm is paused on it: no status is left, and it loops",
    name: "again",
    heads: { head: { does: "sleep 0.2; exit 3", deploy: pauses } },
    order: ["head", "head"],
    finding: { is: "crash-looping", cause: exits3, isGivenUp: false },
    title: /^Crash loop: again_app exited with code 3, \d+ deaths$/,
  },
  {
    is: "the recipe has Swarm go on whatever fails",
    name: "goes-on",
    heads: {
      head: { does: "exit 3", deploy: { update_config: { ...rollsBack, failure_action: "continue" } } },
    },
    finding: { is: "update-continued", cause: exits3, isGivenUp: false },
    title: /^Update went on regardless: goes-on_app exited with code 3, \d+ deaths/,
  },
  {
    is: "a first deploy dies and dies",
    name: "first",
    base: null,
    heads: { head: { does: "sleep 0.2; exit 3" } },
    finding: { is: "crash-looping", cause: exits3, isGivenUp: false },
    title: /^Crash loop: first_app exited with code 3, \d+ deaths$/,
  },
  {
    is: "a first deploy that Swarm may not start again",
    name: "once",
    base: null,
    heads: { head: { does: "exit 3", deploy: { restart_policy: { condition: "none" } } } },
    finding: { is: "crash-looping", cause: exits3, isGivenUp: true },
    title: /^Given up: once_app exited with code 3, and Swarm starts no further task$/,
  },
  {
    is: "a job that does not end well",
    name: "job-fails",
    base: null,
    heads: {
      head: {
        does: "exit 3",
        deploy: {
          mode: "replicated-job",
          restart_policy: { condition: "none" },
          update_config: undefined,
          rollback_config: undefined,
        },
      },
    },
    finding: { is: "crash-looping", cause: exits3, isGivenUp: true },
    title: /^Given up: job-fails_app exited with code 3, and Swarm starts no further task/,
  },
  {
    is: "somebody's label ends Swarm's watch, and the task that dies after that is not rolled back",
    name: "unwatched",
    heads: { head: { ...FAILS_ON_A_WORD, deploy: { update_config: watched } } },
    meddle: (person) => (deploy) => async (lease, app, deployment) => {
      const said = await deploy(lease, app, deployment);
      await person.until(
        ({ service, tasks, upToDate }) =>
          service.update !== null && upToDate.some(isRunning) && tasks.filter(isRunning).length === 1,
      );
      await person.service("update", "--label-add", "looked-at=yes");
      await person.until(({ service }) => service.update === null);
      await person.say();
      return said;
    },
    finding: { is: "crash-looping", cause: exits3, rollout: { now: { service: { update: null } } } },
    title:
      /^Crash loop: unwatched_app exited with code 3, \d+ deaths; the write at Version\.Index \d+ had ended Swarm's watch/,
  },
  {
    is: "it dies after Swarm has called the update completed",
    name: "late",
    heads: { head: FAILS_ON_A_WORD },
    meddle: (person) => (deploy) => async (lease, app, deployment) => {
      const said = await deploy(lease, app, deployment);
      await person.until(({ service }) => service.update?.state === "completed");
      await person.say();
      await person.until(({ tasks }) => tasks.some(({ exitCode }) => exitCode === 3));
      return said;
    },
    finding: { is: "settled-late", cause: exits3 },
    title: /^Failed late: late_app exited with code 3, [\d.]+ s after Swarm had called the update completed$/,
  },
  {
    is: "its healthcheck has not said anything yet when the recipe's own deadline comes",
    name: "slow",
    heads: {
      head: {
        service: { healthcheck: { test: ["CMD", "false"], interval: "1s", start_period: "600s" } },
        files: { ".env.sample": "TIMEOUT=25\n" },
      },
    },
    finding: { is: "not-converged", afterMs: 25_000, waitingFor: [expect.stringContaining("is starting")] },
    title: /^Not converged after 25 s: slow_app: task \w+ is starting/,
  },
  {
    is: "no node fulfils a constraint",
    name: "mars",
    heads: { head: { deploy: onMars } },
    finding: { is: "unschedulable", said: expect.stringContaining("scheduling constraints not satisfied") },
    title:
      /^Unschedulable: no node can take mars_app: no suitable node \(scheduling constraints not satisfied/,
  },
  {
    is: "the old task holds the host port that the new one wants first",
    name: "port",
    base: hostPort,
    heads: { head: hostPort },
    finding: { is: "unschedulable", said: expect.stringContaining("host-mode port already in use") },
    title: /^Unschedulable: no node can take port_app: no suitable node \(host-mode port already in use/,
  },
  {
    is: "no node may take a global service, and Swarm says nothing at all",
    name: "nowhere",
    base: { deploy: { mode: "global" } },
    heads: { head: { deploy: { mode: "global", ...onMars } } },
    finding: { is: "unschedulable", tasks: [], said: "" },
    title:
      /^Unschedulable: no node can take nowhere_app: its constraints \(node\.labels\.zone==mars\) fit none$/,
  },
  {
    is: "one of three replicas fails, and half of them may",
    name: "half",
    base: { deploy: half },
    heads: {
      head: {
        does: `[ $$SLOT = 2 ] && exit 3; ${STAYS}`,
        service: { environment: { SLOT: "{{.Task.Slot}}" } },
        deploy: half,
      },
    },
    finding: { is: "crash-looping", cause: exits3, death: { task: { slot: 2 } } },
    title: /^Crash loop: half_app exited with code 3, \d+ deaths$/,
  },
];

for (const story of stories) it.concurrent(story.is, () => expectRed(folder, story));

it.concurrent.each(["rollback", "pause"])(
  "a good version passes after one at which Swarm has taken the failure action %s",
  async (action) => {
    const deploy = { update_config: { ...rollsBack, failure_action: action } };
    const fails = { update_config: { ...watched, failure_action: action } };
    const [bad, good] = await play(folder, `after-${action}`, {
      heads: { bad: { does: "exit 3", deploy: fails }, good: { deploy } },
    });
    expect(bad?.verdict).toMatchObject({
      findings: [{ is: action === "pause" ? "update-paused" : "rolled-back" }],
    });
    expect(good?.verdict).toEqual({ is: "pass" });
  },
);
