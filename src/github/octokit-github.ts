/**
 * The one adapter that speaks to GitHub, through Probot's octokit. Every answer is parsed (schema.ts) before it is
 * believed. A create never lets octokit resend it by itself: an answer lost on the way would then post twice, and
 * unseen. What to do about a failure is the caller's business (failure.ts tells the kinds apart).
 */
import type { ProbotOctokit } from "probot";
import type { CheckRun } from "../report/check-run.ts";
import { isPassing, retryAfterMs } from "./failure.ts";
import type { GitHub, Permission, PullRequest, Repository } from "./github.ts";
import {
  CheckRunAnswer,
  PermissionAnswer,
  PullRequestAnswer,
  RequestFailure,
  TokenAnswer,
} from "./schema.ts";

type Octokit = Pick<ProbotOctokit, "rest" | "paginate">;
/** Probot's `auth`: an octokit that acts as the installation, or as the app itself where none is named. */
export type Authenticate = (installation?: number) => Promise<Octokit>;

const sentOnce = { request: { retries: 0 } };

export function octokitGitHub(authenticate: Authenticate): GitHub {
  const as = (repository: Repository) => authenticate(repository.installation);
  return {
    pullRequest: async (repository, number) => pullRequest(await as(repository), repository, number),
    permission: async (repository, login) => permission(await as(repository), repository, login),
    react: async (repository, commentId, content) => {
      const { rest } = await as(repository);
      await rest.reactions.createForIssueComment({ ...named(repository), comment_id: commentId, content });
    },
    comment: async (repository, issue, body) => {
      const { rest } = await as(repository);
      const comment = { ...named(repository), issue_number: issue, body: cut(body, 65_535) };
      await rest.issues.createComment({ ...comment, ...sentOnce });
    },
    createCheckRun: async (repository, checkRun) =>
      createCheckRun(await as(repository), repository, checkRun),
    updateCheckRun: async (repository, id, checkRun) => {
      const { rest } = await as(repository);
      await rest.checks.update({ ...named(repository), check_run_id: id, ...fields(checkRun) });
    },
    cloneToken: async (repository) => cloneToken(await authenticate(), repository),
    isPassing,
    retryAfterMs,
  };
}

const named = ({ owner, repo }: Repository) => ({ owner, repo });

async function pullRequest({ rest }: Octokit, repository: Repository, number: number): Promise<PullRequest> {
  const { data } = await rest.pulls.get({ ...named(repository), pull_number: number });
  const { state, head, base } = PullRequestAnswer.parse(data);
  return { head: head.sha, isOpen: state === "open", targetBranch: base.ref, cloneUrl: base.repo.clone_url };
}

async function permission({ rest }: Octokit, repository: Repository, username: string): Promise<Permission> {
  try {
    const { data } = await rest.repos.getCollaboratorPermissionLevel({ ...named(repository), username });
    return PermissionAnswer.parse(data).permission;
  } catch (error) {
    if (RequestFailure.safeParse(error).data?.status === 404) return "none";
    throw error;
  }
}

async function createCheckRun(octokit: Octokit, repository: Repository, checkRun: CheckRun): Promise<number> {
  const existing = await octokit.paginate(octokit.rest.checks.listForRef, {
    ...named(repository),
    ref: checkRun.head,
    check_name: checkRun.name,
    filter: "all",
    per_page: 100,
  });
  const same = CheckRunAnswer.array()
    .parse(existing)
    .find((run) => run.external_id === checkRun.externalId);
  if (same !== undefined) return same.id;
  const created = { ...named(repository), head_sha: checkRun.head, ...fields(checkRun), ...sentOnce };
  const { data } = await octokit.rest.checks.create(created);
  return CheckRunAnswer.parse(data).id;
}

/**
 * Probot's own `octokit.auth({ type: "installation" })` asks api.github.com whatever the base URL, and its token has
 * every permission of the app: so the app asks for one that reads one repository.
 */
async function cloneToken({ rest }: Octokit, { installation, repo }: Repository): Promise<string> {
  const { data } = await rest.apps.createInstallationAccessToken({
    installation_id: installation,
    repositories: [repo],
    permissions: { contents: "read" },
  });
  return TokenAnswer.parse(data).token;
}

function fields({ name, externalId, progress, output, actions }: CheckRun) {
  return {
    name,
    external_id: externalId,
    ...progressFields(progress),
    output: {
      title: cut(output.title, 255),
      summary: cut(output.summary, 65_535),
      ...(output.text === null ? {} : { text: cut(output.text, 65_535) }),
    },
    actions: [...actions],
  };
}

function progressFields(progress: CheckRun["progress"]) {
  switch (progress.status) {
    case "queued":
      return { status: progress.status };
    case "in_progress":
      return { status: progress.status, started_at: progress.startedAt };
    case "completed":
      return {
        status: progress.status,
        conclusion: progress.conclusion,
        completed_at: progress.completedAt,
        ...(progress.startedAt === null ? {} : { started_at: progress.startedAt }),
      };
  }
}

/**
 * The description says "characters", but GitHub counts the bytes of the UTF-8: a summary with more is refused, a text
 * with more is cut without a word (https://github.com/github/docs/issues/35252). Never splits a code point.
 */
function cut(words: string, bytes: number): string {
  const note = "… cut";
  if (Buffer.byteLength(words) <= bytes) return words;
  const room = new Uint8Array(bytes - Buffer.byteLength(note));
  const { read } = new TextEncoder().encodeInto(words, room);
  return words.slice(0, read) + note;
}
