/** What happens beside a deploy: each wrap changes one edge and leaves all else as it is in a run. */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Commit } from "../recipe/commit.ts";
import { STAMPED, stampLabel, stampOf } from "../recipe/stamp.ts";
import type { Deployer } from "../swarm/deployer.ts";
import type { Stack, StreamEvent, Swarm } from "../swarm/swarm.ts";
import { Fault } from "../verdict/fault.ts";
import type { Service } from "../verdict/observation.ts";
import type { Edges, Mutant } from "./mutant.ts";

type Wrap = NonNullable<Mutant["wrap"]>;

const LOOK_EVERY_MS = 50;
const WITHIN_MS = 60_000;

const fullName = (stack: Stack): string => `${stack.name}_${STAMPED}`;

const deploysWith = ({ deployer }: Edges, deploy: Deployer["deploy"]) => ({
  deployer: { ...deployer, deploy },
});

export const stampAnother =
  (commit: Commit): Wrap =>
  (edges) =>
    deploysWith(edges, (lease, app, deployment) =>
      edges.deployer.deploy(lease, app, { ...deployment, commit }),
    );

/** One more compose file, as a host's own overlay would be. */
export const pinImage: Wrap = (edges) =>
  deploysWith(edges, async (lease, app, deployment) => {
    const pin = join(app.scratch, "pin.yml");
    const services = { [STAMPED]: { image: edges.probeImage } };
    await writeFile(pin, JSON.stringify({ version: deployment.composeVersion, services }));
    return edges.deployer.deploy(lease, { ...app, files: [...app.files, pin] }, deployment);
  });

/** A write after a rollback erases UpdateStatus: on the engine nothing is left of it, and the label is right. */
export const forgeLabel: Wrap = (edges) =>
  deploysWith(edges, async (lease, app, deployment) => {
    const said = await edges.deployer.deploy(lease, app, deployment);
    await until(edges.swarm, app.stack, ({ update }) => update?.state === "rollback_completed");
    const label = stampLabel(app.stack.name);
    const stamp = stampOf(deployment.commit, deployment.isDirty);
    await edges.person.setLabel(lease, app.stack, fullName(app.stack), label, stamp);
    await until(
      edges.swarm,
      app.stack,
      ({ update, spec }) => update === null && spec.labels[label] === stamp,
    );
    return said;
  });

/** Only while the engine still lists the older task can a verdict mistake it for the new one. */
export const keepOldDeath: Wrap = (edges) =>
  deploysWith(edges, async (lease, app, deployment) => {
    const before = await edges.swarm.read(app.stack.name, null);
    const old = before.tasks.find((task) => task.state === "failed");
    const said = await edges.deployer.deploy(lease, app, deployment);
    await until(edges.swarm, app.stack, ({ update }) => update?.state === "rollback_completed");
    const { tasks } = await edges.swarm.read(app.stack.name, null);
    if (old && tasks.some((task) => task.id === old.id)) return said;
    throw new Fault(
      "engine",
      "The engine keeps too short a history to list the task that failed before",
      "Raise it: docker swarm update --task-history-limit 5.",
    );
  });

export const rollBackByHand: Wrap = (edges) =>
  deploysWith(edges, async (lease, app, deployment) => {
    const said = await edges.deployer.deploy(lease, app, deployment);
    await until(edges.swarm, app.stack, ({ update }) => update?.state === "updating");
    await edges.person.rollBack(lease, app.stack, fullName(app.stack));
    return said;
  });

/** The stream breaks at the first word of an update, and whoever follows it hears nothing more. */
export const cutEvents: Wrap = ({ swarm }) => ({
  swarm: { ...swarm, events: (sinceMs, signal) => untilUpdating(swarm.events(sinceMs, signal), signal) },
});

async function* untilUpdating(
  events: AsyncIterable<StreamEvent>,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  for await (const event of events) {
    if ("action" in event && event.updateState === "updating") break;
    yield event;
  }
  if (signal.aborted) return;
  yield { is: "gap", reason: "the self-check cut the event stream" };
  if (!signal.aborted) await once(signal, "abort");
}

/** Tells when the engine has come so far. It is asked, because a stream may be what is cut. */
const until = async (swarm: Swarm, stack: Stack, isThere: (service: Service) => boolean): Promise<void> => {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const { services } = await swarm.read(stack.name, null);
    const app = services.find((s) => s.name === fullName(stack));
    if (app && isThere(app)) return;
    if (Date.now() > deadline)
      throw new Fault(
        "engine",
        `${fullName(stack)} did not come to where the self-check acts within ${WITHIN_MS / 1000} s`,
        "Run the self-check again on an engine with less to do.",
      );
    await delay(LOOK_EVERY_MS);
  }
};
