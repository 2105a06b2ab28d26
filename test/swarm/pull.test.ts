/** Images that the engine does not have, on a real Swarm beside a registry: what it gives, what it refuses, and what it wants us to wait for. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { AppDomainLock } from "../../src/runner/app-domain-lock.ts";
import { realTools } from "../../src/world.ts";
import { testme } from "../support/cli.ts";
import { docker } from "../support/engine.ts";
import { stackOf } from "../support/one-stack.ts";
import { engineFolder } from "../support/play.ts";
import { imageNowhere } from "../support/recipes-custom.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { engineConfig, engineHost } from "../support/swarm-tools.ts";

const folder = engineFolder();
let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry(engineHost());
});
afterAll(() => registry.stop());

const run = (recipe: { path: string }) =>
  testme(["run", recipe.path, "--head", "change", "--stages", "install", "--json"], {
    DOCKER_HOST: engineHost(),
    TESTME_DATA: `${folder}/data`,
    RESOLVE_IMAGE: "never",
  }).finished;

it("one that the registry does not have is a finding of its own, before anything is deployed", async () => {
  const { exitCode, json } = await run(await imageNowhere(folder, "nowhere", registry.unknown));
  expect(json).toMatchObject({
    verdict: "fail",
    level: 0,
    stages: [{ name: "install", status: "fail", finding: "pull-failed" }],
  });
  expect(JSON.stringify(json)).toMatch(
    /Image not to be had: 127\.0\.0\.1:\d+\/unknown:1: .*manifest unknown/,
  );
  expect(exitCode).toBe(1);
});

it("one that it gives to nobody is a finding too", async () => {
  const { json } = await run(await imageNowhere(folder, "denied", registry.denied));
  expect(json).toMatchObject({ verdict: "fail", stages: [{ finding: "pull-failed" }] });
  expect(JSON.stringify(json)).toContain("denied");
});

it("a registry that wants us to wait is a fault, and says what to do", async () => {
  const { json } = await run(await imageNowhere(folder, "limited", registry.limited));
  expect(json).toMatchObject({
    verdict: "inconclusive",
    stages: [{ status: "inconclusive", finding: null }],
  });
  expect(JSON.stringify(json)).toMatch(/toomanyrequests/i);
});

it("a registry that nobody can reach is a fault", async () => {
  const { json } = await run(await imageNowhere(folder, "away", "127.0.0.1:1/app:1"));
  expect(json).toMatchObject({ verdict: "inconclusive" });
});

it("one that comes is on the engine then", async () => {
  const { swarm } = realTools({ ...engineConfig(folder), pullImages: "missing" }, "a test");
  const stack = stackOf("pulls");
  const lease = await new AppDomainLock().acquire(stack.appDomain, "a-test");
  const { signal } = new AbortController();
  expect(await swarm.hasImage(registry.image)).toBe(false);
  expect(await swarm.pullImage(lease, stack, registry.image, signal)).toEqual({ is: "pulled" });
  expect(await swarm.hasImage(registry.image)).toBe(true);
  expect(await docker(engineHost(), "image", "ls", "--quiet", registry.image)).not.toBe("");
  await lease.release();
});
