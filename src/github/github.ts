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
  author: string;
  /** Its commits come from another repository, into which others push. */
  isFork: boolean;
  /** HTTPS URL of the base repository, which also serves refs/pull/<n>/head of forks. */
  cloneUrl: string;
};

/** One try to deliver a webhook; all tries of the same one share the guid. */
export type Attempt = {
  /** Digits: more than a number holds. */
  id: string;
  guid: string;
  /** `issue_comment.created`. */
  event: string;
  isRedelivery: boolean;
  isDelivered: boolean;
};
/** `login`: as whom the app comments and reacts there. */
export type Installation = { id: number; login: string; createdAt: string };
export type PullComment = {
  id: number;
  pull: number;
  author: { login: string; type: string };
  body: string;
  createdAt: string;
  updatedAt: string;
};

export interface GitHub {
  pullRequest(repository: Repository, number: number): Promise<PullRequest>;
  /** GitHub answers 404 for a person it will not speak of; that is "none". */
  permission(repository: Repository, login: string): Promise<Permission>;
  /** Throws where there is no such team for us: whoever cannot see it cannot say who is not in it. */
  isMember(repository: Repository, team: { org: string; slug: string }, login: string): Promise<boolean>;
  react(repository: Repository, commentId: number, reaction: "eyes"): Promise<void>;
  /** Comments, unless a comment with that very key is there already: one whose answer was lost can be sent again. */
  comment(repository: Repository, issue: number, body: string, key: string): Promise<void>;
  /**
   * Creates the check run, or finds the one that carries the same external id on that commit: a create whose answer
   * was lost can be sent again. Returns GitHub's id of it.
   */
  createCheckRun(repository: Repository, checkRun: CheckRun): Promise<number>;
  /** Can be sent again where the answer was lost: annotations that are there already are not added a second time. */
  updateCheckRun(repository: Repository, id: number, checkRun: CheckRun): Promise<void>;
  /** A file's text at that branch, tag or commit; null where there is none. */
  file(repository: Repository, path: string, ref: string): Promise<string | null>;
  /** A token that reads the contents of this one repository, for git. Lives an hour at most; keep it in memory only. */
  cloneToken(repository: Repository): Promise<string>;
  /** Of webhooks of this app, newest first. GitHub keeps them for three days. */
  attemptsSince(since: Date): Promise<readonly Attempt[]>;
  /** GitHub delivers it once more, a little later. */
  redeliver(attemptId: Attempt["id"]): Promise<void>;
  /** Without those that are suspended. */
  installations(): Promise<readonly Installation[]>;
  /** Those in which a person can comment. */
  repositories(installation: number): Promise<readonly Repository[]>;
  /** Made or edited since, on pull requests, oldest first. */
  commentsSince(repository: Repository, since: Date): Promise<readonly PullComment[]>;
  hasReacted(repository: Repository, commentId: number, login: string, reaction: "eyes"): Promise<boolean>;
  isPassing(error: unknown): boolean;
  /** Milliseconds, or null where GitHub named no time. */
  retryAfterMs(error: unknown): number | null;
}
