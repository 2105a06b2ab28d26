/**
 * From what a person did on GitHub to a queued run, or to one polite answer. The head is pinned here, once, as the full
 * commit that GitHub names at this moment; a push that comes later changes nothing about this run.
 */

import { mayRun } from "../command/may-run.ts";
import { parseCommand } from "../command/parse-command.ts";
import type { GitHub, Repository } from "../github/github.ts";
import type { Commit } from "../recipe/commit.ts";
import type { Run } from "../run/run.ts";
import { STAGES } from "../stages/stage.ts";
import { persist } from "./announce.ts";

const CLOSED = "This pull request is closed. Reopen it, then comment `!testme` again.";

export type Comment = {
  repository: Repository;
  pull: number;
  commentId: number;
  login: string;
  body: string;
};
export type Rerequest = { repository: Repository; pull: number; head: Commit; login: string };
export type AcceptPorts = {
  github: GitHub;
  take: (run: Run) => void;
  newId: () => string;
  now: () => Date;
};

export const acceptComment = async (ports: AcceptPorts, comment: Comment): Promise<void> => {
  const command = parseCommand(comment.body);
  if (command.is === "none") return;
  const answer = await mayPerson(ports, comment);
  if (answer !== null) return reply(ports, comment, answer);
  if (command.is === "refusal") return reply(ports, comment, command.say);
  const { github } = ports;
  const pull = await persist(github, () => github.pullRequest(comment.repository, comment.pull));
  if (!pull.isOpen) return reply(ports, comment, CLOSED);
  take(ports, comment, pull.head, pull);
  await persist(github, () => github.react(comment.repository, comment.commentId, "eyes"));
};

/** The Re-run button: the same commit again. */
export const acceptRerequest = async (ports: AcceptPorts, rerequest: Rerequest): Promise<void> => {
  const answer = await mayPerson(ports, rerequest);
  if (answer !== null) return reply(ports, rerequest, answer);
  const { github } = ports;
  const pull = await persist(github, () => github.pullRequest(rerequest.repository, rerequest.pull));
  if (!pull.isOpen) return reply(ports, rerequest, CLOSED);
  take(ports, rerequest, rerequest.head, pull);
};

type Asked = { repository: Repository; pull: number; login: string };

const mayPerson = async ({ github }: AcceptPorts, asked: Asked): Promise<string | null> => {
  const permission = await persist(github, () => github.permission(asked.repository, asked.login));
  const answer = mayRun(permission, asked.login);
  return answer.is === "refusal" ? answer.say : null;
};

const take = (
  { take, newId, now }: AcceptPorts,
  asked: Asked,
  head: Commit,
  { cloneUrl, targetBranch }: { cloneUrl: string; targetBranch: string },
): void => {
  const { pull: number, login: askedBy, repository } = asked;
  take({
    id: newId(),
    recipe: repository.repo,
    head,
    source: { is: "pull-request", ...repository, number, cloneUrl, targetBranch, askedBy },
    stages: STAGES,
    from: null,
    acceptedAt: now().toISOString(),
  });
};

const reply = ({ github }: AcceptPorts, asked: Asked, body: string): Promise<void> =>
  persist(github, () => github.comment(asked.repository, asked.pull, body));
