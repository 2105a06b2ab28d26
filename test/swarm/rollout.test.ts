/** What the recorder and the rules make of a real rollout, step by step on one stack. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { Commit } from "../../src/recipe/commit.ts";
import type { StageResult } from "../../src/run/stage-result.ts";
import { AppDomainLock } from "../../src/runner/app-domain-lock.ts";
import { executorsFor } from "../../src/runner/executors.ts";
import { runStage } from "../../src/runner/run-stage.ts";
import type { Stage, Version } from "../../src/stages/stage.ts";
import type { Observation } from "../../src/verdict/observation.ts";
import { rolloutsIn } from "../../src/verdict/rollout.ts";
import { judge } from "../../src/verdict/verdict.ts";
import { realTools } from "../../src/world.ts";
import { leftovers } from "../support/engine.ts";
import * as recipes from "../support/recipes.ts";
import { engineConfig, engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
afterAll(() => rm(folder, { recursive: true }));

const at = (is: Version["is"], commit: string): Version => ({
  is,
  commit: Commit.parse(commit),
  ref: commit.slice(0, 8),
});
const deploys = (...versions: Version[]): Stage["steps"] =>
  versions.flatMap((version) => [
    { act: "check-out", version } as const,
    { act: "roll-out", version } as const,
  ]);

/** Takes stages one after the other on one stack, under one lease. */
const onOneStack = async (
  recipe: { path: string },
  name: string,
  stages: Stage["steps"][],
): Promise<StageResult[]> => {
  const tools = realTools(engineConfig(folder));
  const mirror = await tools.git.fetch({ url: recipe.path, token: null });
  const appDomain = `${name}.test.internal`;
  const lease = await new AppDomainLock().acquire(appDomain, "a-test");
  const stack = { name: appDomain.replaceAll(".", "_"), appDomain };
  const results: StageResult[] = [];
  for (const [index, steps] of stages.entries()) {
    const observations: Observation[] = [];
    const signal = new AbortController().signal;
    const scratch = join(folder, `${name}-${index}`);
    const place = { recipe: name, stack, directory: join(scratch, name), scratch, mirror };
    const note = (o: Observation) => observations.push(o);
    const executors = executorsFor(tools, { ...place, observations, note, doing: () => undefined, signal });
    const isLast = index === stages.length - 1;
    const cleanup: Stage["cleanup"] = isLast ? [{ act: "remove", why: "the test is over" }] : [];
    results.push(
      await runStage({ name: "upgrade", steps, cleanup }, lease, executors, observations, tools.now, signal),
    );
  }
  lease.release();
  return results;
};

it("does not blame an old task that was killed for want of memory for the good update after it", async () => {
  const before = await leftovers(engineHost());
  const recipe = await recipes.threeProposals(folder, "history", process.env.DOCKER_HOST ? "task" : "engine");
  const [killed, good] = await onOneStack(recipe, "history", [
    deploys(at("base", recipe.base), at("head", recipe.hungry)),
    deploys(at("head", recipe.also_good)),
  ]);
  expect(killed?.verdict).toMatchObject({
    is: "fail",
    findings: [
      { is: "rolled-back", by: "swarm", cause: { is: "out-of-memory" }, death: { isNamedBySwarm: true } },
    ],
  });
  expect(good?.verdict).toEqual({ is: "pass" });
  const rollout = rolloutsIn(good?.observations ?? [])[0];
  const dead = rollout?.olderTasks.filter((task) => task.state === "failed");
  expect(dead, "the engine still lists the killed task").toHaveLength(1);
  expect(rollout?.deaths).toEqual([]);
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});

it("keeps the old task running through the rollback, and captures PreviousSpec before Swarm drops it", async () => {
  const recipe = await recipes.threeProposals(folder, "seed", process.env.DOCKER_HOST ? "task" : "engine");
  const [result] = await onOneStack(recipe, "seed", [
    deploys(at("base", recipe.base), at("head", recipe.hungry)),
  ]);
  const rollout = rolloutsIn(result?.observations ?? [])[0];
  const label = rollout?.expectation.stampLabel ?? "";
  const [base, head] = [recipe.base.slice(0, 8), recipe.hungry.slice(0, 8)];
  expect(rollout?.before?.service.spec.labels[label]).toBe(base);
  expect(rollout?.applied?.service.spec.labels[label]).toBe(head);
  expect(rollout?.applied?.service.previous?.labels[label]).toBe(base);
  expect(rollout?.now?.service.spec.labels[label]).toBe(base);
  expect(rollout?.now?.service.previous).toBeNull();
  expect(rollout?.history.map((s) => s.service.update?.state)).toEqual([
    "updating",
    "rollback_started",
    "rollback_completed",
  ]);
  const old = rollout?.olderTasks.find((task) => task.state === "running");
  expect(rollout?.tasks.find((task) => task.id === old?.id)).toMatchObject({ state: "running" });
  expect(rollout?.stamped, "the engine's own witness").toContain(rollout?.deaths[0]?.task.id);
});

it("settles a service whose label alone changed the moment the deploy has returned", async () => {
  const recipe = await recipes.labelOnly(folder);
  const [result] = await onOneStack(recipe, "labels", [
    deploys(at("base", recipe.base), at("head", recipe.head)),
  ]);
  expect(result?.verdict).toEqual({ is: "pass" });
  const seen = result?.observations ?? [];
  const start = seen.findLastIndex((o) => o.is === "before");
  const opening = seen[start];
  const returned = seen.findIndex((o, index) => index > start && o.is === "deployed");
  if (opening?.is !== "before") throw new Error("no rollout began");
  const worker = opening.expectation.services.find((name) => name.endsWith("_worker")) ?? "";
  const alone = { ...opening, expectation: { ...opening.expectation, services: [worker] } };
  const upToTheReturn = [alone, ...seen.slice(start + 1, returned + 1)];
  const rollout = rolloutsIn(upToTheReturn)[0];
  expect(rollout?.now?.service.version).toBeGreaterThan(
    rollout?.before?.service.version ?? Number.POSITIVE_INFINITY,
  );
  expect(rollout?.now?.service.update).toBeNull();
  expect(judge(upToTheReturn, Date.parse(seen[returned]?.at ?? ""))).toEqual({ is: "settled", findings: [] });
});
