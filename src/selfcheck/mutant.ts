/**
 * A mutant is data and one wrapped edge: versions that are deployed one after the other on one stack, the name that each
 * verdict has to get, and what happens beside the deploy of the last.
 */
import type { Deployer } from "../swarm/deployer.ts";
import type { SecondWriter } from "../swarm/second-writer.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { Version } from "./recipe.ts";

/** What a mutant may wrap, and with what. */
export type Edges = { swarm: Swarm; deployer: Deployer; person: SecondWriter; probeImage: string };
export type Mutant = {
  name: string;
  /** What is brought about, in words. */
  caused: string;
  /** What was there before, each with the name that its verdict has to get. */
  before: readonly (Version & { expected: string })[];
  last: Version;
  /** As `nameOf` in report/selfcheck.ts gives it. */
  expected: string;
  wrap?: (edges: Edges) => Partial<Pick<Edges, "swarm" | "deployer">>;
};
