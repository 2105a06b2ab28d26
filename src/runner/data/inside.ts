/**
 * Commands in the app's own containers: waits for a container where one is being replaced, and tells how the command ended and what
 * it last said, without secrets.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Lease } from "../../run/lease.ts";
import { redactor } from "../../swarm/redaction.ts";
import type { CommandRun, TaskPlace } from "../../swarm/swarm.ts";
import type { CommandEnd } from "../../verdict/data.ts";
import { runningTask } from "../acts/running-task.ts";
import { recipeOf, type StepTools, type Work } from "../work.ts";

const WAIT_MS = 60_000;
/** Tasks raise no events. */
const LOOK_EVERY_MS = 500;

const LINES = 50;
const LINE_LENGTH = 1_000;

export type Tools = Pick<StepTools, "swarm" | "now">;

/** Null where none has come to run for as long as one was waited for. */
export const placeOf = async (
  { swarm, now }: Tools,
  work: Work,
  service: string,
): Promise<TaskPlace | null> => {
  const deadline = now().getTime() + WAIT_MS;
  for (;;) {
    const place = await runningTask(swarm, work.stack, service);
    if (place || now().getTime() > deadline) return place;
    await delay(LOOK_EVERY_MS, undefined, { signal: work.signal });
  }
};

/** `stdout` as it was heard, to be compared; `lines` to be told. */
type Said = { end: CommandEnd; stdout: readonly string[]; lines: readonly string[] };

export const runIn = async (
  tools: Tools,
  work: Work,
  lease: Lease,
  { service, command }: { service: string; command: string },
): Promise<Said> => {
  const withinMs = work.config.timeouts.testMs;
  work.allow(withinMs);
  let ran: CommandRun | null = null;
  while (ran === null) {
    const inside = await placeOf(tools, work, service);
    if (inside === null) return { end: { is: "no-task", waitedMs: WAIT_MS }, stdout: [], lines: [] };
    ran = await tools.swarm.runInside(lease, work.stack, { inside, command, withinMs }, work.signal);
  }
  const redact = redactor(recipeOf(work).app.values, work.standing.secrets);
  const lines = ran.lines.slice(-LINES).map((line) => redact(line).slice(0, LINE_LENGTH));
  return { ...ran, lines };
};
