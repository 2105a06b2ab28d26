/**
 * A run is one accepted command. It is known by its id alone, never by its app domain: two commands on the same head
 * share a domain (and wait for each other there) but share no state.
 */
import type { Commit } from "../recipe/commit.ts";
import type { StageName } from "../stages/stage.ts";

/** Where the recipe comes from, and so who hears of the result. */
type Source =
  | {
      is: "pull-request";
      owner: string;
      repo: string;
      number: number;
      /** The GitHub App installation whose token may read this repository. */
      installation: number;
      /** Where git fetches from; the token goes in a header and is never part of it. */
      cloneUrl: string;
      /** The branch that the pull request wants to merge into: the base of last resort. */
      targetBranch: string;
      askedBy: string;
    }
  | { is: "local"; path: string };

export type Run = {
  id: string;
  recipe: string;
  head: Commit;
  source: Source;
  stages: readonly StageName[];
  /** A tag, branch or commit to upgrade from, where the person named one. */
  from: string | null;
  acceptedAt: string;
};
