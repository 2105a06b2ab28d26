/**
 * One run from its lease to its last stage: fetch, choose the base, take the stages in order. Each stage that was accepted
 * ends in a result, whatever happens; a fault that hits the whole run is told on every stage that it kept from running.
 */
import { join } from "node:path";
import type { Mirror } from "../git/git.ts";
import { short } from "../recipe/commit.ts";
import { type Base, chooseBase } from "../recipe/release.ts";
import type { Lease } from "../run/lease.ts";
import type { Run } from "../run/run.ts";
import type { Progress, StageResult } from "../run/stage-result.ts";
import { install } from "../stages/install.ts";
import type { Skip, Stage, StageName, Version } from "../stages/stage.ts";
import { upgrade } from "../stages/upgrade.ts";
import type { Stack } from "../swarm/swarm.ts";
import { asFault, Fault } from "../verdict/fault.ts";
import type { Observation } from "../verdict/observation.ts";
import { executorsFor, type Tools } from "./executors.ts";
import { runStage } from "./run-stage.ts";

export type Conduct = {
  tools: Tools;
  /** Brings the repository's mirror up to date. */
  fetch: () => Promise<Mirror>;
  /** The run's own folder, for its trees and files. */
  folder: string;
  stack: Stack;
  tell: (stage: StageName, progress: Progress) => void;
  signal: AbortSignal;
};

export const conductRun = async (run: Run, lease: Lease, conduct: Conduct): Promise<StageResult[]> => {
  const results: StageResult[] = [];
  const conclude = (result: StageResult) => {
    results.push(result);
    conduct.tell(result.stage, { is: "done", result });
  };
  const plans = await planOf(run, conduct).catch((error: unknown) => asFault(error));
  for (const stage of run.stages) {
    const before = results.find(stopsTheRun);
    if (plans instanceof Fault) conclude(unrun(stage, conduct, verdictOfFault(plans, conduct.signal)));
    else if (before) conclude(unrun(stage, conduct, verdictAfter(before)));
    else {
      const plan = plans.stages.find((p) => p.name === stage);
      if (!plan) throw new Error(`no plan for the stage ${stage}`);
      conclude(
        "skip" in plan
          ? unrun(stage, conduct, { is: "skipped", reason: plan.skip })
          : await work(plan, run, plans, lease, conduct),
      );
    }
  }
  return results;
};

type Plans = { mirror: Mirror; engine: Observation; stages: readonly (Stage | Skip)[] };

const planOf = async (run: Run, { tools, fetch, signal }: Conduct): Promise<Plans> => {
  signal.throwIfAborted();
  const engine: Observation = { is: "engine", at: tools.now().toISOString(), ...(await tools.swarm.check()) };
  const mirror = await fetch();
  if ((await tools.git.resolve(mirror, run.head)) === null)
    throw new Fault(
      "git",
      `The repository has no commit ${run.head}`,
      "Was it force-pushed away? Comment again for the new head.",
    );
  const head: Version = { is: "head", commit: run.head, ref: short(run.head) };
  const base = run.stages.includes("upgrade") ? await baseOf(run, mirror, tools) : null;
  return {
    mirror,
    engine,
    stages: run.stages.map((stage) => (stage === "install" ? install(head) : upgrade(asVersion(base), head))),
  };
};

const asVersion = (base: Base | null): Version | { is: "none"; reason: string } => {
  if (base === null) return { is: "none", reason: "no base was asked for" };
  return base.is === "none" ? base : { is: "base", commit: base.commit, ref: base.ref };
};

const baseOf = async (run: Run, mirror: Mirror, { git }: Tools): Promise<Base> => {
  const named = async (ref: string) => {
    const commit = await git.resolve(mirror, ref);
    return commit && { ref, commit };
  };
  const override = run.from === null ? null : await named(run.from);
  if (run.from !== null && override === null)
    throw new Fault(
      "git",
      `The repository has no ${run.from} to upgrade from`,
      "Name a tag, a branch or a full commit of it.",
    );
  const branches = run.source.is === "pull-request" ? [run.source.targetBranch] : ["main", "master"];
  const tips = await Promise.all(branches.map((branch) => named(branch)));
  const targetTip = tips.find((tip) => tip !== null) ?? null;
  return chooseBase({ override, tags: await git.tags(mirror), head: run.head, targetTip });
};

const work = async (
  stage: Stage,
  run: Run,
  { mirror, engine }: Plans,
  lease: Lease,
  conduct: Conduct,
): Promise<StageResult> => {
  const { tools, tell, signal, stack } = conduct;
  const startedAt = tools.now().toISOString();
  const observations: Observation[] = [engine];
  const scratch = join(conduct.folder, stage.name);
  const directory = join(scratch, run.recipe);
  const executors = executorsFor(tools, {
    recipe: run.recipe,
    stack,
    directory,
    scratch,
    mirror,
    observations,
    note: (observation) => observations.push(observation),
    doing: (doing) => tell(stage.name, { is: "working", startedAt, doing }),
    signal,
  });
  const result = await runStage(stage, lease, executors, observations, tools.now, signal);
  // A tree that cannot be removed costs disk and nothing else: it is told beside the verdict.
  const fault = await tools.git.removeTree(mirror, directory).then(() => null, asFault);
  return { ...result, cleanupFault: result.cleanupFault ?? fault };
};

const unrun = (stage: StageName, { tools }: Conduct, verdict: StageResult["verdict"]): StageResult => ({
  stage,
  verdict,
  failedAt: null,
  base: null,
  observations: [],
  cleanupFault: null,
  startedAt: null,
  endedAt: tools.now().toISOString(),
});

const verdictOfFault = (fault: Fault, signal: AbortSignal): StageResult["verdict"] =>
  signal.aborted ? { is: "cancelled", by: String(signal.reason) } : { is: "inconclusive", fault };

/** Stages stand on their own, so a red one does not keep the next from telling its part; a recipe that cannot be read does. */
const stopsTheRun = ({ verdict }: StageResult): boolean =>
  verdict.is === "inconclusive" ||
  verdict.is === "cancelled" ||
  (verdict.is === "fail" && verdict.findings[0].is === "invalid-recipe");

const verdictAfter = ({ stage, verdict }: StageResult): StageResult["verdict"] =>
  verdict.is === "fail"
    ? { is: "cancelled", by: `not run, because the ${stage} stage found no valid recipe` }
    : verdict;
