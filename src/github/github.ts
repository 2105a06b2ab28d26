/**
 * What we ask of GitHub, in our own words. One adapter speaks HTTP (octokit-github.ts); the behaviour tests speak to
 * that same adapter over a real socket, so this interface has no second implementation to drift from.
 *
 * Errors: what GitHub refuses for good (404, 422 …) and what passes (5xx, rate limits, a dropped socket) both throw;
 * `isPassing(error)` tells them apart, and `retryAfterMs(error)` gives GitHub's own word on when to come back.
 */
import type { Commit } from "../recipe/commit.ts";
import type { CheckRun } from "../report/check-run.ts";

export type Repository = { owner: string; repo: string; installation: number };
export type Permission = "admin" | "write" | "read" | "none";
export type PullRequest = {
  head: Commit;
  /** False once closed or merged. */
  isOpen: boolean;
  targetBranch: string;
  /** HTTPS URL of the base repository, which also serves refs/pull/<n>/head of forks. */
  cloneUrl: string;
};

export interface GitHub {
  pullRequest(repository: Repository, number: number): Promise<PullRequest>;
  /** GitHub answers 404 for a person it will not speak of; that is "none". */
  permission(repository: Repository, login: string): Promise<Permission>;
  react(repository: Repository, commentId: number, reaction: "eyes"): Promise<void>;
  comment(repository: Repository, issue: number, body: string): Promise<void>;
  /**
   * Creates the check run, or finds the one that carries the same external id on that commit: a create whose answer
   * was lost can be sent again. Returns GitHub's id of it.
   */
  createCheckRun(repository: Repository, checkRun: CheckRun): Promise<number>;
  updateCheckRun(repository: Repository, id: number, checkRun: CheckRun): Promise<void>;
  /** A token that reads the contents of this one repository, for git. Lives an hour at most; keep it in memory only. */
  cloneToken(repository: Repository): Promise<string>;
  isPassing(error: unknown): boolean;
  /** Milliseconds, or null where GitHub named no time. */
  retryAfterMs(error: unknown): number | null;
}
