/**
 * Takes stages one after the other on one stack of the real engine, under one lease, with the executors, the recorder and
 * the rules of a run; what stood before is there for the next stage. The last stage takes everything away again. A stage
 * may have its deployer meddled with: that is where a second writer gets its moment.
 */
import { join } from "node:path";
import { Commit } from "../../src/recipe/commit.ts";
import type { StageResult } from "../../src/run/stage-result.ts";
import { AppDomainLock } from "../../src/runner/app-domain-lock.ts";
import { executorsFor } from "../../src/runner/executors.ts";
import { runStage } from "../../src/runner/run-stage.ts";
import type { Stage, Version } from "../../src/stages/stage.ts";
import type { Deployer } from "../../src/swarm/deployer.ts";
import type { Observation } from "../../src/verdict/observation.ts";
import { realTools } from "../../src/world.ts";
import { plainWork } from "./plain-work.ts";
import { engineConfig, engineHost } from "./swarm-tools.ts";

export type Meddle = (deploy: Deployer["deploy"]) => Deployer["deploy"];
type Taken = { steps: Stage["steps"]; meddle?: Meddle };

export const at = (is: Version["is"], commit: string): Version => ({
  is,
  commit: Commit.parse(commit),
  ref: commit.slice(0, 8),
});

export const deploys = (...versions: Version[]): Stage["steps"] =>
  versions.flatMap((version) => [
    { act: "check-out", version } as const,
    { act: "roll-out", version } as const,
  ]);

export const stackOf = (name: string): { name: string; appDomain: string } => ({
  name: `${name}_test_internal`,
  appDomain: `${name}.test.internal`,
});

export const onOneStack = async (
  folder: string,
  recipe: { path: string },
  name: string,
  stages: readonly Taken[],
  host = engineHost(),
): Promise<StageResult[]> => {
  const real = realTools(engineConfig(folder, host), "a test");
  const mirror = await real.git.fetch({ url: recipe.path, token: null });
  const stack = stackOf(name);
  const lease = await new AppDomainLock().acquire(stack.appDomain, "a-test");
  const results: StageResult[] = [];
  for (const [index, { steps, meddle }] of stages.entries()) {
    const tools = { ...real, deployer: meddled(real.deployer, meddle) };
    const observations: Observation[] = [];
    const signal = new AbortController().signal;
    const scratch = join(folder, `${name}-${index}`);
    const place = { recipe: name, stack, directory: join(scratch, name), scratch, mirror };
    const note = (o: Observation) => observations.push(o);
    const executors = executorsFor(tools, plainWork({ ...place, observations, note }));
    const isLast = index === stages.length - 1;
    const cleanup: Stage["cleanup"] = isLast ? [{ act: "remove", why: "the test is over" }] : [];
    results.push(
      await runStage(
        { name: "upgrade", on: "nothing", steps, cleanup },
        lease,
        executors,
        observations,
        tools.now,
        signal,
      ),
    );
  }
  await lease.release();
  return results;
};

const meddled = (deployer: Deployer, meddle: Meddle | undefined): Deployer =>
  meddle ? { ...deployer, deploy: meddle(deployer.deploy) } : deployer;
