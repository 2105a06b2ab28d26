/**
 * Asks an app whose container is on another node, where no helper of ours can enter its network namespace: by a service of one
 * task that is bound to that very node and joins a network of the app's task, and by that task's own address there. So it takes
 * no VIP, no ingress and no way between nodes. It goes again at once, and bears the stack's label in case it cannot. Where it
 * does not come about, nothing is known of the app, and that is a Fault.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import * as z from "zod";
import { Fault } from "../verdict/fault.ts";
import type { ProbeAnswer } from "../verdict/observation.ts";
import { isMissing } from "./engine-fault.ts";
import { answerIn, askingCommand, GONE } from "./http-probe.ts";
import { labelOf } from "./stack-label.ts";
import type { ProbeTarget, Stack } from "./swarm.ts";
import { taskLog } from "./task-log.ts";

/** The node may have to pull the image first. */
const WITHIN_MS = 60_000;
/** What one of several answers in a row may take, and the pause before it. */
const ANSWER_MS = 3_000;
/** Tasks raise no events, so the manager is asked. */
const LOOK_EVERY_MS = 150;
/** More than the few thousand bytes of an answer can have. */
const LOG_LINES = 10_000;

export const probeElsewhere = async (
  docker: Docker,
  image: string,
  stack: Stack,
  target: ProbeTarget,
): Promise<ProbeAnswer> => {
  const attachment = await attachmentOf(docker, target);
  if (attachment === null) return GONE;
  const [Command, Args] = askingCommand(target, attachment.address);
  const service = await docker.createService({
    Name: `testme-probe-${randomBytes(6).toString("hex")}`,
    Labels: labelOf(stack.name),
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        Command,
        Args,
        Labels: labelOf(stack.name),
        CapabilityDrop: ["ALL"],
      },
      Resources: { Limits: { MemoryBytes: 32 * 1024 * 1024 } },
      RestartPolicy: { Condition: "none" },
      Placement: { Constraints: [`node.id==${target.node}`] },
      Networks: [{ Target: attachment.network }],
      LogDriver: { Name: "json-file" },
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Mode: "dnsrr" },
  });
  try {
    const said = await taskLog(docker, await ended(docker, service.id, target), LOG_LINES);
    const answer = answerIn(said.join("\n"), target);
    if (answer === null) throw unasked(target, "what its helper said did not come back");
    return answer;
  } finally {
    await service.remove().catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }
};

const Attached = z.object({
  NetworksAttachments: z
    .array(
      z.object({
        Addresses: z.array(z.string()).nullish(),
        Network: z.object({
          ID: z.string(),
          Spec: z.object({ Ingress: z.boolean().default(false) }),
          DriverState: z.object({ Name: z.string() }).nullish(),
        }),
      }),
    )
    .nullish(),
});

/** A network on which the task can be asked, and where it is on it; null once the task is gone. */
const attachmentOf = async (docker: Docker, target: ProbeTarget) => {
  const json: unknown = await docker
    .getTask(target.task)
    .inspect()
    .catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
  if (json === null) return null;
  const attachments = (Attached.parse(json).NetworksAttachments ?? []).filter((a) => !a.Network.Spec.Ingress);
  for (const { Addresses, Network } of attachments) {
    const address = Addresses?.[0]?.split("/")[0];
    if (address && Network.DriverState?.Name === "overlay") return { network: Network.ID, address };
  }
  const host = attachments.find(({ Network }) => Network.DriverState?.Name === "host");
  if (host) return { network: host.Network.ID, address: "127.0.0.1" };
  throw unasked(target, "it is neither on an overlay network nor on its host's");
};

const Helper = z.array(
  z.object({
    ID: z.string(),
    Status: z.object({ State: z.string(), Message: z.string().nullish(), Err: z.string().nullish() }),
  }),
);

/** The helper's task, once it has come to its end. */
const ended = async (docker: Docker, service: string, target: ProbeTarget): Promise<string> => {
  const filters = JSON.stringify({ service: [service] });
  const asking = target.wants.is === "tcp" ? target.wants.stable * ANSWER_MS : 0;
  const deadline = Date.now() + WITHIN_MS + asking;
  for (;;) {
    const [task] = Helper.parse(await docker.listTasks({ filters }));
    const state = task?.Status.State ?? "new";
    if (task && (state === "complete" || state === "failed")) return task.ID;
    const said = task?.Status.Err || task?.Status.Message || "nothing";
    if (state === "rejected" || state === "orphaned")
      throw unasked(target, `its helper was ${state}: ${said}`);
    if (Date.now() > deadline)
      throw unasked(target, `its helper is still ${state} after ${WITHIN_MS / 1000} s: ${said}`);
    await delay(LOOK_EVERY_MS);
  }
};

const unasked = ({ task, node }: ProbeTarget, reason: string): Fault =>
  new Fault(
    "engine",
    `The app's task ${task} is not on this node (it is on node ${node}), and could not be asked there: ${reason}`,
    "See that node, and whether it has or can pull PROBE_IMAGE; or let the app run on the node that DOCKER_HOST names.",
  );
