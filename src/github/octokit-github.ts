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
  attemptsSince,
  commentsSince,
  hasReacted,
  installations,
  redeliver,
  repositories,
} from "./look-back.ts";
import {
  AnnotatedAnswer,
  CheckRunAnswer,
  CommentAnswer,
  FileAnswer,
  MembershipAnswer,
  PermissionAnswer,
  PullRequestAnswer,
  RequestFailure,
  TokenAnswer,
} from "./schema.ts";

type Octokit = Pick<ProbotOctokit, "rest" | "paginate" | "request" | "hook">;
/** Probot's `auth`: an octokit that acts as the installation, or as the app itself where none is named. */
export type Authenticate = (installation?: number) => Promise<Octokit>;

const sentOnce = { request: { retries: 0 } };

export function octokitGitHub(authenticate: Authenticate): GitHub {
  const as = (repository: Repository) => authenticate(repository.installation);
  return {
    pullRequest: async (repository, number) => pullRequest(await as(repository), repository, number),
    permission: async (repository, login) => permission(await as(repository), repository, login),
    isMember: async (repository, team, login) => isMember(await as(repository), team, login),
    react: async (repository, commentId, content) => {
      const { rest } = await as(repository);
      await rest.reactions.createForIssueComment({ ...named(repository), comment_id: commentId, content });
    },
    comment: async (repository, issue, body, key) =>
      comment(await as(repository), repository, issue, body, key),
    createCheckRun: async (repository, checkRun) =>
      createCheckRun(await as(repository), repository, checkRun),
    updateCheckRun: async (repository, id, checkRun) =>
      updateCheckRun(await as(repository), repository, id, checkRun),
    file: async (repository, path, ref) => file(await as(repository), repository, path, ref),
    cloneToken: async (repository) => cloneToken(await authenticate(), repository),
    attemptsSince: async (since) => attemptsSince(await authenticate(), since),
    redeliver: async (attemptId) => redeliver(await authenticate(), attemptId),
    installations: async () => installations(await authenticate()),
    repositories: async (installation) => repositories(await authenticate(installation), installation),
    commentsSince: async (repository, since) => commentsSince(await as(repository), repository, since),
    hasReacted: async (repository, commentId, login, reaction) =>
      hasReacted(await as(repository), repository, commentId, login, reaction),
    isPassing,
    retryAfterMs,
  };
}

const named = ({ owner, repo }: Repository) => ({ owner, repo });

async function pullRequest({ rest }: Octokit, repository: Repository, number: number): Promise<PullRequest> {
  const { data } = await rest.pulls.get({ ...named(repository), pull_number: number });
  const { state, user, head, base } = PullRequestAnswer.parse(data);
  return {
    head: head.sha,
    isOpen: state === "open",
    author: user?.login ?? "ghost",
    isFork: head.repo?.full_name !== base.repo.full_name,
    targetBranch: base.ref,
    cloneUrl: base.repo.clone_url,
  };
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

/** GitHub answers 404 for who is not in a team, and for a team that it does not show us: only the first is a "no". */
async function isMember(
  { rest }: Octokit,
  { org, slug: team_slug }: { org: string; slug: string },
  username: string,
): Promise<boolean> {
  try {
    const { data } = await rest.teams.getMembershipForUserInOrg({ org, team_slug, username });
    return MembershipAnswer.parse(data).state === "active";
  } catch (error) {
    if (RequestFailure.safeParse(error).data?.status !== 404) throw error;
    await rest.teams.getByName({ org, team_slug });
    return false;
  }
}

async function file(
  { rest }: Octokit,
  repository: Repository,
  path: string,
  ref: string,
): Promise<string | null> {
  try {
    const { data } = await rest.repos.getContent({ ...named(repository), path, ref });
    return Buffer.from(FileAnswer.parse(data).content, "base64").toString("utf8");
  } catch (error) {
    if (RequestFailure.safeParse(error).data?.status === 404) return null;
    throw error;
  }
}

async function comment(
  octokit: Octokit,
  repository: Repository,
  issue_number: number,
  body: string,
  key: string,
): Promise<void> {
  const mark = `<!-- testme ${key} -->`;
  const on = { ...named(repository), issue_number };
  const there = await octokit.paginate(octokit.rest.issues.listComments, { ...on, per_page: 100 });
  if (
    CommentAnswer.array()
      .parse(there)
      .some((one) => one.body?.includes(mark))
  )
    return;
  const text = `${cut(body, 65_535 - mark.length - 2)}\n\n${mark}`;
  await octokit.rest.issues.createComment({ ...on, body: text, ...sentOnce });
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
  if (same !== undefined) {
    // Only the answer was lost, and what was said then may be old by now.
    await updateCheckRun(octokit, repository, same.id, checkRun);
    return same.id;
  }
  const created = { ...named(repository), head_sha: checkRun.head, ...fields(checkRun), ...sentOnce };
  const { data } = await octokit.rest.checks.create(created);
  return CheckRunAnswer.parse(data).id;
}

/**
 * GitHub appends the annotations of every update to those that are there. They all go with one update, the last of a
 * stage: where some are there, it did arrive and only its answer was lost, so what is sent again is sent without. No
 * retry of octokit's own looks first, so it may not resend. And no annotation is worth a conclusion: where GitHub refuses
 * them for good, the update goes without.
 */
async function updateCheckRun(
  { rest }: Octokit,
  repository: Repository,
  id: number,
  checkRun: CheckRun,
): Promise<void> {
  const at = { ...named(repository), check_run_id: id };
  const plain = { ...checkRun, output: { ...checkRun.output, annotations: [] } };
  try {
    if (checkRun.output.annotations.length > 0 && !(await isAnnotated(rest, at)))
      return void (await rest.checks.update({ ...at, ...fields(checkRun), ...sentOnce }));
  } catch (error) {
    if (isPassing(error)) throw error;
  }
  await rest.checks.update({ ...at, ...fields(plain) });
}

async function isAnnotated(
  rest: Octokit["rest"],
  at: { owner: string; repo: string; check_run_id: number },
): Promise<boolean> {
  const { data } = await rest.checks.get(at);
  return AnnotatedAnswer.parse(data).output.annotations_count > 0;
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
      ...(output.annotations.length === 0 ? {} : { annotations: output.annotations.map(annotationFields) }),
    },
    actions: [...actions],
  };
}

function annotationFields(annotation: CheckRun["output"]["annotations"][number]) {
  const { path, startLine, endLine, startColumn, endColumn, level, title, message } = annotation;
  return {
    path,
    start_line: startLine,
    end_line: endLine,
    ...(startColumn === null ? {} : { start_column: startColumn }),
    ...(endColumn === null ? {} : { end_column: endColumn }),
    annotation_level: level,
    title,
    message,
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
