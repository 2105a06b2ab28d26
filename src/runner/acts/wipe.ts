/** Loses the app's data for good, and sees that it runs again without: what was marked has to be gone. */
import { setTimeout as delay } from "node:timers/promises";
import { timeoutMs } from "../../recipe/stack-config.ts";
import type { Lease } from "../../run/lease.ts";
import { redactor } from "../../swarm/redaction.ts";
import type { Reading } from "../../swarm/swarm.ts";
import { Fault } from "../../verdict/fault.ts";
import type { Service, Task } from "../../verdict/observation.ts";
import { takeUp } from "../data/handed-on.ts";
import { readBack } from "../data/read-back.ts";
import { recipeOf, type StepTools, type Work } from "../work.ts";
import type { Executor } from "./executor.ts";

/** Tasks raise no events. */
const LOOK_EVERY_MS = 500;
const LINES = 20;
const LINE_LENGTH = 500;

export const wipe =
  (tools: StepTools, work: Work): Executor<"wipe"> =>
  async (lease) => {
    takeUp(work);
    // Where nothing was kept there is nothing to show by losing it.
    if (work.standing.data.pieces.length === 0) return;
    const at = () => tools.now().toISOString();
    work.doing("losing the data");
    const volumes = await tools.swarm.emptyVolumes(lease, work.stack);
    work.note({ is: "wiped", at: at(), volumes });
    const began = tools.now().getTime();
    const missing = await runsAgain(tools, work);
    const told = await Promise.all(missing.map((one) => toldOf(tools, work, one)));
    work.note({ is: "started-again", at: at(), afterMs: tools.now().getTime() - began, missing: told });
    if (missing.length === 0) await seeThemGone(tools, work, lease);
  };

type Missing = { service: Service; last: Task | null };

const runsAgain = async ({ swarm, now }: StepTools, work: Work): Promise<Missing[]> => {
  const { app, config } = recipeOf(work);
  const withinMs = work.config.timeouts.rolloutMs ?? timeoutMs(config, app.stack.name, app.values);
  work.allow(withinMs);
  work.doing("waiting for the app to run again without its data");
  const deadline = now().getTime() + withinMs;
  for (;;) {
    const missing = missingIn(await swarm.read(work.stack.name, null));
    if (missing.length === 0 || now().getTime() > deadline) return missing;
    await delay(LOOK_EVERY_MS, undefined, { signal: work.signal });
  }
};

/** A global service wants one task here at the least; which nodes it may take is the scheduler's business. */
const missingIn = ({ services, tasks, upToDate }: Reading): Missing[] =>
  services.flatMap((service) => {
    const { mode } = service.spec;
    if (mode.is === "job") return [];
    const own = tasks.filter((task) => task.service === service.id);
    const running = own.filter(({ id, state }) => state === "running" && upToDate.includes(id));
    const wanted = mode.is === "global" ? 1 : mode.replicas;
    if (running.length >= wanted) return [];
    return [{ service, last: own.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).at(-1) ?? null }];
  });

const toldOf = async ({ swarm }: StepTools, work: Work, { service, last }: Missing) => {
  const redact = redactor(recipeOf(work).app.values, work.standing.secrets);
  const lines = last?.container ? await swarm.log(last.container) : null;
  return {
    service: service.name.slice(`${work.stack.name}_`.length),
    said: last === null ? "no task" : redact(`${last.state}: ${last.error ?? last.message}`),
    lines: (lines ?? []).slice(-LINES).map((line) => redact(line).slice(0, LINE_LENGTH)),
  };
};

const seeThemGone = async (tools: StepTools, work: Work, lease: Lease): Promise<void> => {
  await readBack(tools, work, lease, "wipe");
  const left = work.observations.find(
    (o) => o.is === "mark-read" && o.after === "wipe" && o.isThere && o.place.is === "file",
  );
  if (left?.is === "mark-read")
    throw new Fault(
      "bot",
      `${left.mark} is still there after all volumes of the stack were removed`,
      "Report this: nothing can be said of a restore.",
    );
};
