/**
 * What has to be found again: the runs that were accepted, and the evidence of those that are over. All of it is keyed by
 * run id, never by app domain.
 */
import type { Commit } from "../recipe/commit.ts";
import type { Run } from "../run/run.ts";

export interface Store {
  add(run: Run): void;
  /** Runs of this commit, oldest first. */
  runsAt(head: Commit): readonly Run[];
  /** Stores the evidence as JSON and returns the file's path. */
  saveEvidence(runId: string, evidence: unknown): Promise<string>;
}
