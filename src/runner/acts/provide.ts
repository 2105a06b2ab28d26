/**
 * Brings up what the recipe needs beside it: other recipes, each as a stack of its own under the run's lock, with the very steps
 * of an install. They are not under test: one that does not come up is a fault. What they turned out to be (their domain, their
 * secrets) is kept for the recipe's own variables.
 */
import { join } from "node:path";
import { type Dependency, defaultConfig, RECIPE_CONFIG } from "../../recipe/recipe-config.ts";
import { findingTitle } from "../../report/words.ts";
import type { Lease } from "../../run/lease.ts";
import { fresh } from "../../stages/fresh.ts";
import type { Stage } from "../../stages/stage.ts";
import { asFault, Fault } from "../../verdict/fault.ts";
import type { Observation } from "../../verdict/observation.ts";
import { runStage } from "../run-stage.ts";
import { dependencyOf } from "../stack-of.ts";
import { nothingStanding, type StepTools, type Work } from "../work.ts";
import type { Executor, Executors } from "./executor.ts";

type Make = (tools: StepTools, work: Work) => Executors;

export const provide =
  (tools: StepTools, work: Work, executorsFor: Make): Executor<"provide"> =>
  async (lease) => {
    for (const [name, wanted] of Object.entries(work.config.dependencies)) {
      if (!work.standing.beside.has(name)) await bringUp(name, wanted, lease, tools, work, executorsFor);
    }
  };

const bringUp = async (
  name: string,
  wanted: Dependency,
  lease: Lease,
  tools: StepTools,
  work: Work,
  executorsFor: Make,
): Promise<void> => {
  work.doing(`fetching ${wanted.repository}, which the recipe depends on`);
  const { recipe, mirror, version } = await work.fetchBeside(wanted).catch((thrown: unknown) => {
    throw aboutIt(`The dependency ${name} is not to be had`, name, asFault(thrown));
  });
  const { stack, domain } = dependencyOf(work.stack, name);
  const scratch = join(work.scratch, "beside", name);
  const standing = nothingStanding();
  const observations: Observation[] = [];
  const beside: Work = {
    ...work,
    recipe,
    repository: wanted.repository,
    stack,
    domain,
    scratch,
    directory: join(scratch, recipe),
    mirror,
    overlay: null,
    config: { ...defaultConfig, env: wanted.env, secrets: wanted.secrets },
    standing,
    observations,
    note: (observation) => observations.push(observation),
    doing: (what) => work.doing(`${name}: ${what}`),
  };
  // From now on something of it may stand.
  work.standing.beside.set(name, { stack, domain, standing });
  const stage: Stage = { name: "install", on: "nothing", steps: fresh(version), cleanup: [] };
  const { verdict } = await runStage(
    stage,
    lease,
    executorsFor(tools, beside),
    observations,
    tools.now,
    work.signal,
  );
  work.standing.secrets.push(...standing.secrets);
  const it = `The dependency ${name} (${recipe} ${version.ref})`;
  work.signal.throwIfAborted();
  if (verdict.is === "inconclusive") throw aboutIt(`${it} could not be brought up`, name, verdict.fault);
  if (verdict.is === "fail")
    throw new Fault(
      "dependency",
      `${it} did not come up: ${findingTitle(verdict.findings[0])}`,
      `It is not what is under test: see that recipe, or name another version of it at ${placeOf(name)}.`,
    );
  work.note({
    is: "dependency",
    at: tools.now().toISOString(),
    name,
    recipe,
    commit: version.commit,
    ref: version.ref,
    stack: stack.name,
  });
};

/** Whose fault it is stays so; which recipe it is about, nobody could tell otherwise. */
const aboutIt = (what: string, name: string, fault: Fault): Fault =>
  new Fault(fault.party, `${what}: ${fault.message}`, `${fault.mend} It is ${placeOf(name)}.`, fault);

const placeOf = (name: string): string => `dependencies.${name} in ${RECIPE_CONFIG}`;
