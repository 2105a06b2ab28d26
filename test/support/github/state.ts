/**
 * What the stand-in remembers: a few lists, in the words of GitHub's API. The commits themselves live nowhere but in
 * the real bare repositories: a pull request's head is whatever commit git has there.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

export type Role = "admin" | "maintain" | "write" | "triage" | "read" | "none";
export type Person = { login: string; permission: Role };
export type Recipe = {
  owner: string;
  repo: string;
  barePath: string;
  isArchived?: boolean;
  /** Anybody may fetch it, without a token. */
  isPublic?: boolean;
  /** Whose webhooks name another installation than the stand-in's own; both see it. */
  installation?: number;
};
export type Pull = {
  number: number;
  recipe: Recipe;
  head: string;
  headBranch: string;
  base: string;
  author: string;
  /** Whose repository the head is in. */
  headOwner: string;
  state: "open" | "closed";
  closedAt: string | null;
};
export type Comment = {
  id: number;
  repo: string;
  issue: number;
  login: string;
  body: string;
  at: string;
  editedAt: string | null;
};
/** Somebody else's, of the same app: it has no repositories. */
export type Elsewhere = { id: number; suspendedAt: string | null };
export type Reaction = { id: number; commentId: number; login: string; content: string };
export type Output = { title: string | null; summary: string | null; text: string | null };
export type Action = { label: string; description: string; identifier: string };
export type Annotation = {
  path: string;
  start_line: number;
  end_line: number;
  start_column?: number;
  end_column?: number;
  annotation_level: string;
  title?: string;
  message: string;
};
export type CheckRun = {
  id: number;
  repo: string;
  name: string;
  head_sha: string;
  external_id: string;
  status: string;
  conclusion: string | null;
  started_at: string | null;
  completed_at: string | null;
  output: Output;
  actions: Action[];
  /** Those of all updates, oldest first. */
  annotations: Annotation[];
  /** Every state that a reader of the page could have seen, oldest first. */
  history: { status: string; conclusion: string | null; title: string | null }[];
};
export type Token = { token: string; permissions: Record<string, string>; repositories: string[] | null };

export type State = {
  url: string;
  recipes: readonly Recipe[];
  people: Person[];
  /** What anyone else may do: "read" on a public repository. Null: GitHub knows no such person, and answers 404. */
  strangers: Role | null;
  /** By `organisation/team`, who is in it. */
  teams: Readonly<Record<string, readonly string[]>>;
  elsewhere: readonly Elsewhere[];
  pulls: Pull[];
  comments: Comment[];
  reactions: Reaction[];
  checkRuns: CheckRun[];
  tokens: Map<string, Token>;
  nextId: () => number;
  /** GitHub's clock. */
  now: () => Date;
};

/** GitHub's times have whole seconds. */
export const wholeSecond = (now: Date): string => now.toISOString().replace(/\.\d+Z$/, "Z");

export const fullName = ({ owner, repo }: Recipe): string => `${owner}/${repo}`;

export function recipeNamed(state: State, name: string): Recipe {
  const recipe = state.recipes.find((one) => fullName(one) === name);
  if (recipe === undefined) throw new Error(`the stand-in has no repository ${name}`);
  return recipe;
}

/** Runs git in a bare repository and gives its stdout, trimmed. */
export async function git(recipe: Recipe, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["--git-dir", recipe.barePath, ...words]);
  return stdout.trim();
}

export const hasCommit = (recipe: Recipe, sha: string): Promise<boolean> =>
  git(recipe, "cat-file", "-e", `${sha}^{commit}`).then(
    () => true,
    () => false,
  );
