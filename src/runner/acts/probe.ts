/** Asks the app itself whether it serves: each question again and again, until the answer is right or the time is over. */
import { setTimeout as delay } from "node:timers/promises";
import { type Question, questionsOf } from "../../recipe/questions.ts";
import { timeoutMs } from "../../recipe/stack-config.ts";
import type { Lease } from "../../run/lease.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import { unlessItsOwn } from "../../verdict/fallback-page.ts";
import type { ProbeAnswer } from "../../verdict/observation.ts";
import { isServing } from "../../verdict/serving.ts";
import type { Recipe } from "../read-recipe.ts";
import { recipeOf, type StepTools, type Work } from "../work.ts";
import type { Executor } from "./executor.ts";
import { runningTask } from "./running-task.ts";

const ASK_AGAIN_MS = 500;

export const probe =
  ({ swarm, now }: StepTools, work: Work): Executor<"probe"> =>
  async (lease, { version }) => {
    const recipe = recipeOf(work);
    const { app, config } = recipe;
    const withinMs = work.config.timeouts.probeMs ?? timeoutMs(config, app.stack.name, app.values);
    // All of them together: what one waits for, the others have had as well.
    const deadline = now().getTime() + withinMs;
    for (const question of questionsOf(config, work.config.probes)) {
      const service = `${app.recipe}_${question.service}`;
      work.doing(`asking ${service} at ${version.ref} whether it serves`);
      const answer = await answerWithin(deadline, now, work.signal, question, () =>
        ask(swarm, lease, recipe, work.domain, question),
      );
      const { port, wants } = question;
      work.note({ is: "probe", at: now().toISOString(), service, port, wants, answer });
    }
  };

const answerWithin = async (
  deadline: number,
  now: () => Date,
  signal: AbortSignal,
  { wants }: Question,
  ask: () => Promise<ProbeAnswer>,
): Promise<ProbeAnswer> => {
  for (;;) {
    const answer = await ask();
    if (isServing(wants, answer) || now().getTime() > deadline) return answer;
    // Nothing tells when an app begins to answer.
    await delay(ASK_AGAIN_MS, undefined, { signal });
  }
};

const ask = async (
  swarm: Swarm,
  lease: Lease,
  { app, config }: Recipe,
  host: string,
  { service, port, wants }: Question,
): Promise<ProbeAnswer> => {
  const place = await runningTask(swarm, app.stack, service);
  if (!place) return { is: "none", reason: "no task of the service is running" };
  const answer = await swarm.probe(lease, app.stack, { ...place, port, wants, host });
  const image = config.services.find(({ name }) => name === service)?.image ?? "";
  return unlessItsOwn(answer, image);
};
