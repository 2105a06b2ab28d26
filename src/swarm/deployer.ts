/**
 * Whatever puts a recipe on the engine. Mutations demand the app domain's lease. A deployer reports what it was told and
 * judges nothing: an exit code of 0 means only that the engine took the specs.
 */
import type { Commit } from "../recipe/commit.ts";
import type { Lent } from "../recipe/policy/lent.ts";
import type { Lease } from "../run/lease.ts";
import type { Stack } from "./swarm.ts";

/** A recipe on disk, ready to be deployed. */
export type App = {
  recipe: string;
  stack: Stack;
  /** The tree that holds the recipe's files. */
  directory: string;
  /** A place for files of ours, outside that tree (a file inside would make it dirty). */
  scratch: string;
  /** The recipe's own compose files, relative to `directory`, in order. */
  files: readonly string[];
  /** One more compose file, by its full path; null where there is none. */
  overlay: string | null;
  /** The app's variables: all that interpolation may see. */
  values: ReadonlyMap<string, string>;
};
/** What the tree really holds, by git's word. */
export type Deployment = {
  commit: Commit;
  isDirty: boolean;
  version: string | null;
  composeVersion: string | null;
  /** Limits for services that set none. */
  lent: Lent;
};
export type Said = { exitCode: number; said: string };

export interface Deployer {
  /** As a report names it. */
  readonly name: string;
  /** Whether files of its own lie in the tree that it deploys, so that its stamp says `+U`. */
  readonly addsToTree: boolean;
  /** Whether it can limit the processes of a recipe whose compose files have that `version:`. */
  limitsPids(composeVersion: string | null): boolean;
  /** The merged, interpolated stack, or what was said against it. Creates nothing, needs no engine. */
  config(app: App): Promise<{ is: "config"; yaml: string } | { is: "refused"; said: string }>;
  deploy(lease: Lease, app: App, deployment: Deployment): Promise<Said>;
}
