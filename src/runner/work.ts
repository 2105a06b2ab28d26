/** What the steps of a run work with: the place, the tools, and what of a deployment outlives the stage that made it. */
import type { Git, Mirror, Tag } from "../git/git.ts";
import type { Policy } from "../recipe/policy/policy.ts";
import type { Dependency, RecipeConfig } from "../recipe/recipe-config.ts";
import type { Deployer } from "../swarm/deployer.ts";
import type { Stack, Swarm } from "../swarm/swarm.ts";
import type { Observation } from "../verdict/observation.ts";
import type { TestsNetwork } from "../verdict/own-tests.ts";
import type { Beside } from "./beside.ts";
import { type Data, noData } from "./data/data.ts";
import type { Overlay } from "./read-config.ts";
import type { Place, Recipe } from "./read-recipe.ts";

export type Tools = {
  git: Git;
  swarm: Swarm;
  deployer: Deployer;
  policy: Policy;
  /** What the backups of one run may take of this host's disk. */
  backupBytes: number;
  /** What a recipe's own tests may reach. */
  testsNetwork: TestsNetwork;
  now: () => Date;
};
/** What the steps need of git: a tree, and what it holds. */
export type Trees = Pick<Git, "addTree" | "moveTree" | "headOf" | "readFile" | "linksAmong">;
export type StepTools = Omit<Tools, "git"> & { git: Trees };

/** What stands, and goes on standing from stage to stage. */
export type Standing = {
  /** What is checked out; null before the first. */
  recipe: Recipe | null;
  /** The run's own tree; null before its first step. */
  tree: { mirror: Mirror; directory: string } | null;
  /** What was rolled out last; null where nothing stands. */
  rolledOut: Recipe | null;
  /** What stands beside it because the recipe needs it, by the name in testme.yml. */
  beside: Map<string, StandingBeside>;
  /** The secrets of what was rolled out last, by the name that abra knows them by. */
  made: Map<string, string>;
  /** The values of all secrets that this run made, of all versions: an upgrade keeps what the base was given. */
  secrets: string[];
  /** What was marked and taken out of it. */
  data: Data;
  /** How many deployments on an empty engine its stages were to make. */
  planned: number;
};
export type StandingBeside = { stack: Stack; domain: string; standing: Standing };
export const nothingStanding = (): Standing => ({
  recipe: null,
  tree: null,
  rolledOut: null,
  beside: new Map(),
  made: new Map(),
  secrets: [],
  data: noData(),
  planned: 0,
});

export type Work = Place & {
  /** `owner/name`, by which the policy knows it; of a recipe on a disk the folder's name. */
  repository: string;
  mirror: Mirror;
  /** What the recipe asks of the bot. */
  config: RecipeConfig;
  /** What testme.yml adds to the recipe's compose files. */
  overlay: Overlay | null;
  standing: Standing;
  tags: () => Promise<readonly Tag[]>;
  fetchBeside: (wanted: Dependency) => Promise<Beside>;
  /** All that this stage has seen so far. */
  observations: Observation[];
  note: (observation: Observation) => void;
  /** Says what is being waited for, for those who watch. */
  doing: (what: string) => void;
  /** A rollout may take that long, by the recipe's own word. */
  allow: (ms: number) => void;
  signal: AbortSignal;
};

export const recipeOf = ({ standing }: Work): Recipe => {
  if (standing.recipe) return standing.recipe;
  throw new Error("a stage has to check a version out before it goes on");
};
