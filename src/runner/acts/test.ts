/**
 * Runs the recipe's own tests one after the other, each in a container beside its service. All of them are run, whatever becomes of the
 * first: a person wants to know of each.
 */

import { join } from "node:path";
import { policyFor } from "../../recipe/policy/policy.ts";
import { allowsImage } from "../../recipe/policy/registries.ts";
import { mainService } from "../../recipe/questions.ts";
import type { OwnTest } from "../../recipe/recipe-config.ts";
import { routedPort } from "../../recipe/stack-config.ts";
import type { Lease } from "../../run/lease.ts";
import { type Redact, redactor } from "../../swarm/redaction.ts";
import type { Swarm, Trial, TrialFile, TrialRun } from "../../swarm/swarm.ts";
import { readTap } from "../../verdict/tap.ts";
import { filled, outputsIn } from "../given.ts";
import type { Recipe } from "../read-recipe.ts";
import { readTests, TESTS } from "../read-tests.ts";
import { recipeOf, type StepTools, type Work } from "../work.ts";
import type { Executor } from "./executor.ts";
import { haveImage } from "./have-image.ts";
import { runningTask } from "./running-task.ts";

export const test =
  ({ swarm, policy, testsNetwork, now }: StepTools, work: Work): Executor<"test"> =>
  async (lease) => {
    const recipe = recipeOf(work);
    const redact = redactor(recipe.app.values, work.standing.secrets);
    const { tests } = work.config;
    const allowed = policyFor(policy, work.repository);
    const files = tests.length === 0 ? [] : await readTests(join(work.directory, TESTS));
    const reach = {
      network: testsNetwork,
      reached: [...work.standing.beside.values()].map(({ stack }) => stack.name),
    };
    for (const [index, own] of tests.entries()) {
      work.doing(`running test ${index + 1} of ${tests.length}: ${own.name}`);
      work.allow(own.timeoutMs);
      const planned = plannedOf(own, recipe, work);
      const ran = allowsImage(planned.image, allowed)
        ? await run(swarm, lease, recipe, planned, files, reach, work.signal)
        : unstarted(`its image ${planned.image} is refused by policy (registries)`);
      const told = toldBy(planned, ran, redact);
      work.note({ is: "tested", at: now().toISOString(), network: testsNetwork, ...told });
    }
  };

/** A test with nothing left open. */
type Planned = OwnTest & { service: string; image: string };

const plannedOf = (own: OwnTest, { config }: Recipe, { standing }: Work): Planned => {
  const service = own.service ?? mainService(config);
  const image = own.image ?? config.services.find(({ name }) => name === service)?.image ?? "";
  const env = Object.fromEntries(filled(`tests.env of ${own.name}`, own.env, outputsIn(standing)));
  return { ...own, service, image, env };
};

const run = async (
  swarm: Swarm,
  lease: Lease,
  { app, config }: Recipe,
  { service, image, command, env, timeoutMs: withinMs }: Planned,
  files: readonly TrialFile[] | { refused: string },
  reach: Pick<Trial, "network" | "reached">,
  signal: AbortSignal,
): Promise<TrialRun> => {
  const { stack } = app;
  if ("refused" in files) return unstarted(files.refused);
  if (!config.services.some(({ name }) => name === service))
    return unstarted(`the recipe has no service ${service}`);
  const have = await haveImage(swarm, lease, stack, image, signal);
  if (have.is === "refused") return unstarted(`its image ${image} is not to be had: ${have.said}`);
  if (have.is === "left") return unstarted(`the engine does not have its image ${image}`);
  const beside = await runningTask(swarm, stack, service);
  if (!beside) return unstarted(`no task of ${service} is running`);
  const port = routedPort(config)?.port;
  const own = { DOMAIN: stack.appDomain, STACK_NAME: stack.name, ...(port && { PORT: String(port) }) };
  return swarm.runBeside(
    lease,
    stack,
    { beside, ...reach, image, command, env: { ...own, ...env }, files, withinMs },
    signal,
  );
};

const unstarted = (said: string): TrialRun => ({
  end: { is: "unstarted", said },
  ms: 0,
  stdout: [],
  lines: [],
});

/** What was heard, without secrets; what spans several lines is looked for in all of them. */
const toldBy = ({ name, service, image }: Planned, { end, ms, stdout, lines }: TrialRun, redact: Redact) => {
  const redacted = (said: readonly string[]) =>
    said.length === 0 ? [] : redact(said.join("\n")).split("\n");
  return {
    test: name,
    service,
    image,
    end: end.is === "unstarted" ? { ...end, said: redact(end.said).slice(0, LINE_LENGTH) } : end,
    ms,
    lines: redacted(lines).map((line) => line.slice(0, LINE_LENGTH)),
    results: readTap(redacted(stdout)) ?? [],
  };
};
const LINE_LENGTH = 1_000;
