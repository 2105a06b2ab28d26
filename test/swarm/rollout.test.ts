/** What the recorder and the rules make of a real rollout, step by step on one stack. */
import { rm } from "node:fs/promises";
import { afterAll, expect, it } from "vitest";
import { rolloutsIn } from "../../src/verdict/rollout.ts";
import { judge } from "../../src/verdict/verdict.ts";
import { leftovers } from "../support/engine.ts";
import { at, deploys, onOneStack } from "../support/one-stack.ts";
import * as recipes from "../support/recipes.ts";
import { engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
afterAll(() => rm(folder, { recursive: true }));

it("does not blame an old task that was killed for want of memory for the good update after it", async () => {
  const before = await leftovers(engineHost());
  const recipe = await recipes.threeProposals(folder, "history", process.env.DOCKER_HOST ? "task" : "engine");
  const [killed, good] = await onOneStack(folder, recipe, "history", [
    { steps: deploys(at("base", recipe.base), at("head", recipe.hungry)) },
    { steps: deploys(at("head", recipe.also_good)) },
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
  const [result] = await onOneStack(folder, recipe, "seed", [
    { steps: deploys(at("base", recipe.base), at("head", recipe.hungry)) },
  ]);
  const rollout = rolloutsIn(result?.observations ?? [])[0];
  const label = rollout?.expectation.stampLabel ?? "";
  const [base, head] = [recipe.base.slice(0, 8), recipe.hungry.slice(0, 8)];
  expect(rollout?.before?.service.spec.labels[label]).toBe(base);
  expect(rollout?.applied?.service.spec.labels[label]).toBe(head);
  expect(rollout?.applied?.service.previous?.labels[label]).toBe(base);
  expect(rollout?.now?.service.spec.labels[label]).toBe(base);
  expect(rollout?.now?.service.previous).toBeNull();
  // Swarm writes the new spec first and the state of its update after that: a look may fall between the two.
  const states = rollout?.history.flatMap(({ service }) => service.update?.state ?? []);
  expect(states).toEqual(["updating", "rollback_started", "rollback_completed"]);
  const old = rollout?.olderTasks.find((task) => task.state === "running");
  expect(rollout?.tasks.find((task) => task.id === old?.id)).toMatchObject({ state: "running" });
  expect(rollout?.stamped, "the engine's own witness").toContain(rollout?.deaths[0]?.task.id);
});

it("settles a service whose label alone changed the moment the deploy has returned", async () => {
  const recipe = await recipes.labelOnly(folder);
  const [result] = await onOneStack(folder, recipe, "labels", [
    { steps: deploys(at("base", recipe.base), at("head", recipe.head)) },
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
