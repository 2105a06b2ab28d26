/**
 * Lets one mutant loose on the engine: on a stack of its own, under a lease, with the executors, the recorder and the rules of
 * a run. Whatever happens, nothing of it stays.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { short } from "../recipe/commit.ts";
import { stackName } from "../recipe/domain.ts";
import { defaultPolicy } from "../recipe/policy/policy.ts";
import { defaultConfig } from "../recipe/recipe-config.ts";
import { nameOf, type Outcome } from "../report/selfcheck.ts";
import type { Lease } from "../run/lease.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { AppDomainLock } from "../runner/app-domain-lock.ts";
import { executorsFor } from "../runner/executors.ts";
import { runStage } from "../runner/run-stage.ts";
import { nothingStanding } from "../runner/work.ts";
import type { Stage } from "../stages/stage.ts";
import type { Stack } from "../swarm/swarm.ts";
import type { Observation } from "../verdict/observation.ts";
import type { Edges, Mutant } from "./mutant.ts";
import { commitOf, filesOf, treesOf, type Version } from "./recipe.ts";

export type Ground = {
  edges: Edges;
  lock: AppDomainLock;
  /** Apps get a domain under it. */
  baseDomain: string;
  /** For trees and overlays; whoever gave it takes it away. */
  folder: string;
  now: () => Date;
  signal: AbortSignal;
  /** One line for those who watch. */
  say: (line: string) => void;
};

export const takeMutant = async (mutant: Mutant, ground: Ground): Promise<Outcome> => {
  const began = ground.now().getTime();
  const appDomain = `self-${randomUUID().slice(0, 6)}.${ground.baseDomain}`;
  const stack = { name: stackName(appDomain), appDomain };
  const lease = await ground.lock.acquire(appDomain, "selfcheck");
  const { name, caused } = mutant;
  try {
    const { named, expected } = await playOut(mutant, lease, stack, ground);
    return { mutant: name, caused, named, expected, seconds: (ground.now().getTime() - began) / 1000 };
  } finally {
    await ground.edges.swarm.removeStack(lease, stack);
    await lease.release();
  }
};

/** Its own recipes run on the host's network, to be quick. */
const policy = { ...defaultPolicy, networks: ["host"] };

/** The first version that gets a name it must not have speaks for the mutant, else the last. */
const playOut = async (
  mutant: Mutant,
  lease: Lease,
  stack: Stack,
  ground: Ground,
): Promise<{ named: string; expected: string }> => {
  const { edges } = ground;
  const steps = [...mutant.before, { ...mutant.last, expected: mutant.expected }];
  const trees = treesOf(steps.map((step) => filesOf(edges.probeImage, step)));
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    ground.say(`  ${mutant.name}: deploying version ${index + 1} of ${steps.length}`);
    const tools = {
      ...edges,
      ...(isLast ? mutant.wrap?.(edges) : {}),
      git: trees,
      policy,
      backupBytes: 0,
      testsNetwork: "stack" as const,
      now: ground.now,
    };
    const named = nameOf(await deployOne(step, String(index), tools, lease, stack, ground));
    if (isLast || named !== step.expected) return { named, expected: step.expected };
  }
  throw new Error("a mutant has at least its last version");
};

const deployOne = (
  step: Version,
  place: string,
  tools: Parameters<typeof executorsFor>[0],
  lease: Lease,
  stack: Stack,
  { edges, folder, signal, now }: Ground,
): Promise<StageResult> => {
  const commit = commitOf(filesOf(edges.probeImage, step));
  const version = { is: step.isBase ? "base" : "head", commit, ref: short(commit) } as const;
  const scratch = join(folder, stack.name, place);
  const observations: Observation[] = [];
  const executors = executorsFor(tools, {
    recipe: "selfcheck",
    repository: "selfcheck",
    stack,
    scratch,
    directory: join(scratch, "selfcheck"),
    mirror: { directory: folder },
    domain: stack.appDomain,
    config: defaultConfig,
    overlay: null,
    standing: nothingStanding(),
    tags: async () => [],
    fetchBeside: () => Promise.reject(new Error("a mutant depends on nothing")),
    observations,
    note: (observation) => observations.push(observation),
    doing: () => undefined,
    allow: () => undefined,
    signal,
  });
  const stage: Stage = {
    name: "upgrade",
    on: "nothing",
    steps: [
      { act: "check-out", version },
      { act: "roll-out", version },
    ],
    cleanup: [],
  };
  return runStage(stage, lease, executors, observations, now, signal);
};
