/**
 * One trial: a stack of its own, the rollout that the scenario causes, and everybody who watches it: our recorder and judge,
 * the CLI that deployed it, and the pollers. It only notes who said what and when; measure.ts counts. Whatever happens, the
 * stack is gone when it is over.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppDomainLock } from "../src/runner/app-domain-lock.ts";
import { composeOf, type Stack } from "./compose.ts";
import { docker } from "./docker-cli.ts";
import { expectationOf } from "./expectation.ts";
import { prepare } from "./prepare.ts";
import type { Scenario } from "./scenario.ts";
import { type Bench, type Watched, watch } from "./watch.ts";

export type Trial = { scenario: Scenario; result: Watched | { error: string } };

const lock = new AppDomainLock();

export const runTrial = async (bench: Bench, scenario: Scenario): Promise<Trial> => {
  const name = `fx-${Math.floor(bench.random() * 2 ** 40).toString(16)}`;
  const appDomain = `${name}.bench.internal`;
  const lease = await lock.acquire(appDomain, "bench");
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  try {
    const result = await played(bench, scenario, name, folder).finally(() =>
      bench.swarm.removeStack(lease, { name, appDomain }),
    );
    return { scenario, result };
  } catch (error) {
    return { scenario, result: { error: error instanceof Error ? error.message : String(error) } };
  } finally {
    await lease.release();
    await rm(folder, { recursive: true });
  }
};

const played = async (bench: Bench, scenario: Scenario, name: string, folder: string): Promise<Watched> => {
  const expectation = expectationOf(scenario, name);
  const fileOf = async (stack: Stack, as: string): Promise<string> => {
    const file = join(folder, `${as}.json`);
    await writeFile(file, composeOf(name, expectation.stampLabel, stack));
    return file;
  };
  for (const [index, { stack, until }] of scenario.before.entries())
    await prepare(bench.swarm, name, await fileOf(stack, `before-${index}`), Object.keys(stack), until);
  const head = await fileOf(scenario.head, "head");
  const { act } = scenario;
  const second = act?.is === "redeploy" ? await fileOf(act.stack, "second") : null;
  const write = async (): Promise<void> => {
    if (!act) return;
    const [from, to] = act.afterMs;
    await delay(from + bench.random() * (to - from));
    if (second) await docker("stack", "deploy", ...QUIETLY, "-c", second, name);
    else await docker("service", "rollback", "--detach", expectation.stampedService);
  };
  return watch(bench, expectation, head, write);
};

const QUIETLY = ["--detach", "--resolve-image", "never"];
