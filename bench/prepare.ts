/** Brings a stack to where a rollout can start: a base that runs, or the remains of an update that Swarm has put back. */
import { setTimeout as delay } from "node:timers/promises";
import type { Reading, Swarm } from "../src/swarm/swarm.ts";
import { docker } from "./docker-cli.ts";

const WITHIN_MS = 60_000;
/** No event tells when a task runs. */
const LOOK_EVERY_MS = 100;

export const prepare = async (
  swarm: Swarm,
  stack: string,
  file: string,
  services: readonly string[],
  until: "running" | "rolled-back",
): Promise<void> => {
  await docker("stack", "deploy", "--detach", "--resolve-image", "never", "-c", file, stack);
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const reading = await swarm.read(stack, null);
    if (isAllRunning(reading, services.length) && (until === "running" || isRolledBack(reading))) return;
    if (Date.now() > deadline) throw new Error(`${stack} was not ${until} within ${WITHIN_MS / 1000} s`);
    await delay(LOOK_EVERY_MS);
  }
};

const isAllRunning = ({ services, tasks, upToDate }: Reading, wanted: number): boolean =>
  services.length === wanted &&
  services.every((s) =>
    tasks.some((t) => t.service === s.id && t.state === "running" && upToDate.includes(t.id)),
  );

const isRolledBack = ({ services }: Reading): boolean =>
  services.every((s) => s.update?.state === "rollback_completed");
