/**
 * One run from its lease to its last stage: fetch, choose the base, take the stages in order. Each stage that was accepted
 * ends in a result, whatever happens; a fault that hits the whole run is told on every stage that it kept from running.
 */
import { join } from "node:path";
import type { Mirror } from "../git/git.ts";
import { short } from "../recipe/commit.ts";
import type { RecipeConfig } from "../recipe/recipe-config.ts";
import { type Base, chooseBase, labelledRelease, type Ref } from "../recipe/release.ts";
import type { Green } from "../run/green.ts";
import type { Lease } from "../run/lease.ts";
import { ladderOf } from "../run/level.ts";
import type { Run } from "../run/run.ts";
import type { Progress, StageResult } from "../run/stage-result.ts";
import { creationsIn, goesOn, groundAfter, type Planned, planOf, stands } from "../stages/plan.ts";
import type { Ground, Stage, StageName, Version } from "../stages/stage.ts";
import type { EngineInfo, Stack } from "../swarm/swarm.ts";
import { asFault, Fault } from "../verdict/fault.ts";
import { findingsAfter } from "../verdict/findings.ts";
import type { Observation } from "../verdict/observation.ts";
import { verdictOf } from "../verdict/verdict.ts";
import { besideUrl, fetchBeside, repositoryOf } from "./beside.ts";
import { stageDeadline } from "./deadline.ts";
import { executorsFor } from "./executors.ts";
import { lastGreen } from "./last-green.ts";
import { type Overlay, readConfig } from "./read-config.ts";
import { runStage, verdictOfThrown } from "./run-stage.ts";
import type { Standing, Tools } from "./work.ts";

export type Conduct = {
  tools: Tools;
  /** Resolves when the engine is there and has room for a run; the recipe may want more memory than usual. */
  check: (memoryBytes: number | null) => Promise<EngineInfo>;
  /** Brings the mirror of the run's own repository up to date. */
  fetch: () => Promise<Mirror>;
  /** The same for a repository that it depends on. */
  fetchFrom: (url: string) => Promise<Mirror>;
  /** The run's own folder, for its trees and files. */
  folder: string;
  stack: Stack;
  /** What stands, from stage to stage. */
  standing: Standing;
  /** Commits that were green on the branch that the head is to be merged into, newest first. */
  greens: () => Promise<readonly Green[]>;
  tell: (stage: StageName, progress: Progress) => void;
  /** Aborted with a text (who wants the run to end), or with the Fault that ends it. */
  signal: AbortSignal;
  /** How long a stage may take; a recipe that asks for longer gets it. */
  stageMs: number;
};

/** In the run's folder: its tree, and files of ours beside it. */
export const WORK = "work";

export const conductRun = async (run: Run, lease: Lease, conduct: Conduct): Promise<StageResult[]> => {
  const results: StageResult[] = [];
  const conclude = (result: StageResult) => {
    const isLast = results.push(result) === run.stages.length && results.length > 1;
    const told = isLast ? { ...result, ladder: ladderOf(results) } : result;
    results[results.length - 1] = told;
    conduct.tell(told.stage, { is: "done", result: told });
  };
  const plans = await planFor(run, conduct).catch(asFault);
  if (plans instanceof Fault) {
    for (const stage of run.stages) conclude(unrun(stage, conduct, verdictOfThrown(plans, conduct.signal)));
    return results;
  }
  let ground: Ground = "nothing";
  for (const [nth, planned] of plans.stages.entries()) {
    const why = plans.complaint ?? calledOff(planned, ground, results);
    if (why !== null) conclude({ ...unrun(planned.name, conduct, why), observations: plans.seen });
    else if ("steps" in planned) {
      const later = plans.stages.slice(nth + 1);
      const result = await work(planned, later, run, plans, lease, conduct);
      ground = groundAfter(planned, result.verdict);
      conclude(result);
    }
  }
  return results;
};

/** Why a stage is not taken; null where it is. Those before it that were not taken either have no say in that. */
const calledOff = (
  planned: Planned,
  ground: Ground,
  before: readonly StageResult[],
): StageResult["verdict"] | null => {
  const taken = before.filter(({ startedAt }) => startedAt !== null);
  const stopped = taken.find(stopsTheRun);
  if (stopped) return verdictAfter(stopped);
  if ("skip" in planned) return { is: "skipped", reason: planned.skip };
  if ("unverified" in planned) return { is: "unverified", reason: planned.unverified };
  if (stands(planned.on, ground)) return null;
  const last = taken.at(-1);
  if (!last) throw new Error(`the ${planned.name} stage was planned without what it needs`);
  // What was not backed up cannot be restored, for the very same reason.
  if (last.verdict.is === "skipped" || last.verdict.is === "unverified") return last.verdict;
  const lacks = ground === "nothing" ? "no app to go on with" : "no archive to restore";
  return { is: "cancelled", by: `not run, because the ${last.stage} stage left ${lacks}` };
};

/** Ends a run that was cut short and is not begun again: its stack goes, and each stage says why nothing was judged. */
export const giveUp = async (
  run: Run,
  lease: Lease,
  conduct: Conduct,
  verdict: StageResult["verdict"],
): Promise<StageResult[]> => {
  const left = await clearDomain(lease, conduct).then(() => null, asFault);
  return unbegun(run, conduct, verdict, left);
};

/** What an earlier process had brought up beside the stack is known by its labels alone. */
const clearDomain = async (
  lease: Lease,
  { tools: { swarm }, stack }: Pick<Conduct, "tools" | "stack">,
): Promise<void> => {
  await swarm.removeStack(lease, stack);
  for (const { stack: own } of await swarm.ownStacks())
    if (own.appDomain === stack.appDomain) await swarm.removeStack(lease, own);
};

/** Ends a run of which no stage was begun. */
export const unbegun = (
  run: Run,
  { tools, tell }: Pick<Conduct, "tools" | "tell">,
  verdict: StageResult["verdict"],
  cleanupFault: Fault | null = null,
): StageResult[] =>
  run.stages.map((stage) => {
    const result = { ...unrun(stage, { tools }, verdict), cleanupFault };
    tell(stage, { is: "done", result });
    return result;
  });

type Plans = {
  mirror: Mirror;
  /** What is known before the first stage, and belongs to the record of each. */
  seen: readonly Observation[];
  config: RecipeConfig;
  overlay: Overlay | null;
  /** What is wrong with testme.yml; then no stage is taken. */
  complaint: StageResult["verdict"] | null;
  stages: readonly Planned[];
};

const planFor = async (run: Run, { tools, check, fetch, greens, signal }: Conduct): Promise<Plans> => {
  signal.throwIfAborted();
  const { git } = tools;
  const mirror = await fetch();
  if ((await git.resolve(mirror, run.head)) === null)
    throw new Fault(
      "git",
      `The repository has no commit ${run.head}`,
      "Was it force-pushed away? Comment again for the new head.",
    );
  const target = await targetOf(run, mirror, git);
  const mayAsk = run.source.is === "local" ? run.head : (target?.commit ?? null);
  const { from, config, overlay, complaints, change } = await readConfig(git, mirror, run.head, mayAsk);
  const at = () => tools.now().toISOString();
  const engine = await check(config.memoryBytes);
  const seen: Observation[] = [
    { is: "engine", at: at(), ...engine },
    { is: "recipe-config", at: at(), from, change },
    ...complaints.map((complaint) => ({ is: "complaint", at: at(), ...complaint }) as const),
  ];
  const head: Version = { is: "head", commit: run.head, ref: short(run.head) };
  const base = run.stages.includes("upgrade")
    ? await baseOf(run, config, target, mirror, { tools, greens })
    : NO_BASE;
  if (base.is === "base")
    seen.push({ is: "base-chosen", at: at(), ref: base.ref, commit: base.commit, because: base.because });
  return {
    mirror,
    seen,
    config,
    overlay,
    complaint: complaints.length === 0 ? null : verdictOf(findingsAfter("check-out", seen, 0)),
    stages: planOf({
      stages: run.stages,
      head,
      base: asVersion(base),
      skips: config.skip,
      // A stage that was asked for by name is taken.
      wanted: run.stages.length === 1 ? run.stages : config.stages,
    }),
  };
};

const NO_BASE: Base = { is: "none", reason: "no base was asked for" };

const asVersion = (base: Base): Version | { is: "none"; reason: string } =>
  base.is === "none" ? base : { is: "base", commit: base.commit, ref: base.ref };

const named = async (git: Tools["git"], mirror: Mirror, ref: string): Promise<Ref | null> => {
  const commit = await git.resolve(mirror, ref);
  return commit && { ref, commit };
};

/** The tip of the branch that the head is to be merged into. */
const targetOf = async ({ source }: Run, mirror: Mirror, git: Tools["git"]): Promise<Ref | null> => {
  const branches = source.is === "pull-request" ? [source.targetBranch] : ["main", "master"];
  const tips = await Promise.all(branches.map((branch) => named(git, mirror, branch)));
  return tips.find((tip) => tip !== null) ?? null;
};

const baseOf = async (
  run: Run,
  config: RecipeConfig,
  targetTip: Ref | null,
  mirror: Mirror,
  { tools: { git }, greens }: Pick<Conduct, "tools" | "greens">,
): Promise<Base> => {
  const from = run.from ?? config.upgrade.from;
  const found = from === null ? null : await named(git, mirror, from);
  if (from !== null && found === null)
    throw new Fault(
      "git",
      `The repository has no ${from} to upgrade from`,
      "Name a tag, a branch or a full commit of it.",
    );
  const by = run.from === null ? "recipe" : "run";
  const compose = await git.show(mirror, run.head, "compose.yml");
  return chooseBase({
    override: found && { ...found, by },
    lastGreen: found ? null : await lastGreen(git, mirror, await greens(), run.head, targetTip),
    tags: await git.tags(mirror),
    head: run.head,
    targetTip,
    notNewerThan: compose === null ? null : labelledRelease(compose),
  });
};

const work = async (
  stage: Stage,
  later: readonly Planned[],
  run: Run,
  { mirror, seen, config, overlay }: Plans,
  lease: Lease,
  conduct: Conduct,
): Promise<StageResult> => {
  const { tools, tell, signal, stack, standing } = conduct;
  standing.planned += creationsIn(stage.steps);
  const startedAt = tools.now().toISOString();
  const observations = [...seen];
  const scratch = join(conduct.folder, WORK);
  const directory = join(scratch, run.recipe);
  const deadline = stageDeadline(stage.name, config.timeouts.stageMs ?? conduct.stageMs);
  const ending = AbortSignal.any([signal, deadline.signal]);
  const executors = executorsFor(tools, {
    recipe: run.recipe,
    repository: repositoryOf(run),
    stack,
    directory,
    scratch,
    domain: stack.appDomain,
    mirror,
    config,
    overlay,
    standing,
    tags: () => tools.git.tags(mirror),
    fetchBeside: (wanted) =>
      fetchBeside(tools.git, wanted, () => conduct.fetchFrom(besideUrl(wanted.repository, run))),
    observations,
    note: (observation) => observations.push(observation),
    doing(doing) {
      deadline.doing(doing);
      tell(stage.name, { is: "working", startedAt, doing });
    },
    allow: deadline.allow,
    signal: ending,
  });
  const isKept = (verdict: StageResult["verdict"]) => goesOn(later, groundAfter(stage, verdict));
  const result = await runStage(stage, lease, executors, observations, tools.now, ending, isKept).finally(
    deadline.clear,
  );
  return counted(result, stage);
};

/** More deployments than were planned would mean that a stage judged another app than the one before it. */
const counted = (result: StageResult, { steps }: Stage): StageResult => {
  const planned = creationsIn(steps);
  const made = result.observations.filter((o) => o.is === "before" && o.services.length === 0).length;
  if (made <= planned || result.verdict.is !== "pass") return result;
  const fault = new Fault(
    "bot",
    `The ${result.stage} stage deployed the app anew ${made} times, and was to do so ${planned} times`,
    "Something took the app away meanwhile: see who else works on this engine.",
  );
  return { ...result, verdict: { is: "inconclusive", fault } };
};

const unrun = (
  stage: StageName,
  { tools }: Pick<Conduct, "tools">,
  verdict: StageResult["verdict"],
): StageResult => ({
  stage,
  verdict,
  failedAt: null,
  base: null,
  observations: [],
  cleanupFault: null,
  ladder: null,
  startedAt: null,
  endedAt: tools.now().toISOString(),
});

/** Stages stand on their own, so a red one does not keep the next from telling its part; a recipe that cannot be read does. */
const stopsTheRun = ({ verdict }: StageResult): boolean =>
  verdict.is === "inconclusive" ||
  verdict.is === "cancelled" ||
  (verdict.is === "fail" && verdict.findings[0].is === "invalid-recipe");

const verdictAfter = ({ stage, verdict }: StageResult): StageResult["verdict"] =>
  verdict.is === "fail"
    ? { is: "cancelled", by: `not run, because the ${stage} stage found no valid recipe` }
    : verdict;
