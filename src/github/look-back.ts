/**
 * What GitHub can tell of the time in which nobody listened: webhooks that did not arrive, and comments that were made. Part
 * of the adapter (octokit-github.ts): every answer is parsed before it is believed. What to do about it is the caller's.
 */
import type { ProbotOctokit } from "probot";
import type { Attempt, Installation, PullComment, Repository } from "./github.ts";
import {
  AttemptAnswer,
  InstallationAnswer,
  IssueCommentAnswer,
  ReactionAnswer,
  RepositoryAnswer,
} from "./schema.ts";

type Octokit = Pick<ProbotOctokit, "rest" | "paginate" | "request">;
const ALL = { per_page: 100 };

/** The newest come first, so the pages end at the first one that is older. */
export async function attemptsSince(octokit: Octokit, since: Date): Promise<Attempt[]> {
  const isOld = (one: { delivered_at: string }) => Date.parse(one.delivered_at) < since.getTime();
  const listed = await octokit.paginate(octokit.rest.apps.listWebhookDeliveries, ALL, ({ data }, done) => {
    if (data.some(isOld)) done();
    return data;
  });
  return AttemptAnswer.array()
    .parse(listed)
    .filter((one) => !isOld(one))
    .map(({ id, guid, event, action, redelivery, status_code }) => ({
      id,
      guid,
      event: action ? `${event}.${action}` : event,
      isRedelivery: redelivery,
      isDelivered: status_code >= 200 && status_code < 300,
    }));
}

/** By its path: octokit's own method takes the id as a number, which cannot hold it. */
export async function redeliver(octokit: Octokit, attemptId: Attempt["id"]): Promise<void> {
  await octokit.request(`POST /app/hook/deliveries/${attemptId}/attempts`, { request: { retries: 0 } });
}

export async function installations(octokit: Octokit): Promise<Installation[]> {
  const listed = await octokit.paginate(octokit.rest.apps.listInstallations, ALL);
  return InstallationAnswer.array()
    .parse(listed)
    .filter(({ suspended_at }) => !suspended_at)
    .map(({ id, app_slug, created_at }) => ({ id, login: `${app_slug}[bot]`, createdAt: created_at }));
}

export async function repositories(octokit: Octokit, installation: number): Promise<Repository[]> {
  const listed = await octokit.paginate(octokit.rest.apps.listReposAccessibleToInstallation, ALL);
  return RepositoryAnswer.array()
    .parse(listed)
    .filter(({ archived }) => !archived)
    .map(({ name, owner }) => ({ owner: owner.login, repo: name, installation }));
}

export async function commentsSince(
  octokit: Octokit,
  { owner, repo }: Repository,
  since: Date,
): Promise<PullComment[]> {
  const asked = {
    owner,
    repo,
    since: since.toISOString(),
    sort: "created",
    direction: "asc",
    ...ALL,
  } as const;
  const listed = await octokit.paginate(octokit.rest.issues.listCommentsForRepo, asked);
  return IssueCommentAnswer.array()
    .parse(listed)
    .flatMap(({ id, html_url, body, user, created_at, updated_at }) => {
      // An issue's comment has the same shape; only its page tells.
      const pull = /\/pull\/(\d+)#/.exec(html_url)?.[1];
      if (pull === undefined || !user) return [];
      const when = { createdAt: created_at, updatedAt: updated_at };
      return [{ id, pull: Number(pull), author: user, body: body ?? "", ...when }];
    });
}

export async function hasReacted(
  octokit: Octokit,
  { owner, repo }: Repository,
  comment_id: number,
  login: string,
  content: "eyes",
): Promise<boolean> {
  const asked = { owner, repo, comment_id, content, ...ALL };
  const listed = await octokit.paginate(octokit.rest.reactions.listForIssueComment, asked);
  return ReactionAnswer.array()
    .parse(listed)
    .some(({ user }) => user?.login === login);
}
