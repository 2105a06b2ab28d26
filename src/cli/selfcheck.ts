/**
 * `testme selfcheck`: lets the mutants loose on the engine that a maintainer has, and says whether each was given its own name.
 * Exit codes: 0 all were, 1 one was not, 2 fault, 3 usage; 130 and 143 after an interrupt, once everything is cleaned up.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineConfig, readEngineConfig } from "../config.ts";
import { isRight, type Outcome, selfcheckJson, tableOf } from "../report/selfcheck.ts";
import { AppDomainLock } from "../runner/app-domain-lock.ts";
import type { Mutant } from "../selfcheck/mutant.ts";
import { MUTANTS } from "../selfcheck/mutants.ts";
import { selfcheck as checkAll } from "../selfcheck/selfcheck.ts";
import { now, realSecondWriter, realTools } from "../world.ts";
import { type Command, EXIT, readArgs, TERMINAL, Usage } from "./command.ts";

const USAGE = `testme selfcheck [--json]

Brings about, on a real Docker Swarm, what a checker of deploys gets wrong: a wrong stamp, a forged label, a rollback by
hand and more. Each has to come out red under its own name, and a good deploy green. Uses PROBE_IMAGE, which has to be on
the engine, for stacks of its own, CONCURRENCY of them at a time, and removes them.

  --json           the last line of stdout is one JSON object; everything else goes to stderr

Exit codes: 0 all have their own name, 1 one has not, 2 a fault of ours or the host's, 3 wrong usage.`;

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The outcome of each mutant, in their order. */
export const runMutants = async (
  mutants: readonly Mutant[],
  config: EngineConfig,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Outcome[]> => {
  const folder = await mkdtemp(join(tmpdir(), "testme-selfcheck-"));
  // Its recipes are in no repository, which abra would want.
  const { swarm, deployer } = realTools({ ...config, resolveImage: "never", abra: null }, TERMINAL);
  const edges = { swarm, deployer, person: realSecondWriter(config), probeImage: config.probeImage };
  try {
    await swarm.check();
    const lock = new AppDomainLock();
    const ground = { edges, lock, baseDomain: config.baseDomain, folder, now, signal, say };
    return await checkAll(mutants, ground, config.concurrency);
  } finally {
    await rm(folder, { recursive: true });
  }
};

export const exitOf = (outcomes: readonly Outcome[]): number =>
  outcomes.every(isRight) ? EXIT.ok : EXIT.finding;

const start = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = readArgs(args, { json: { type: "boolean" } });
  if (positionals.length > 0) throw new Usage("`testme selfcheck` takes no arguments.");
  const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`);
  const interrupted = interruption();
  const outcomes = await runMutants(MUTANTS, readEngineConfig(), interrupted.signal, say);
  say(`\n${tableOf(outcomes)}`);
  if (values.json) process.stdout.write(`${JSON.stringify(selfcheckJson(outcomes))}\n`);
  return interrupted.exitCode() ?? exitOf(outcomes);
};

/** The first signal ends what is under way, which still cleans up; the exit code then says which it was. */
const interruption = (): { signal: AbortSignal; exitCode: () => number | null } => {
  const stopping = new AbortController();
  let code: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      code ??= SIGNALS[signal];
      stopping.abort(`interrupted (${signal})`);
    });
  return { signal: stopping.signal, exitCode: () => code };
};

export const selfcheck: Command = { usage: USAGE, start };
