/**
 * What was asked while nobody listened is heard late. Right after the start: commands of the last day that have no answer.
 * Then, too, and each hour: webhooks that did not arrive are delivered once more. In doubt nothing is heard: a run that nobody
 * waits for is worse than a command typed twice. Both ways may find the same thing, and the intake takes it once. A command that is
 * missed has somebody who waits for it: where GitHub is in trouble, either way asks again soon and goes on where it was.
 */

import { parseCommand } from "../command/parse-command.ts";
import { isBot } from "../command/who-may.ts";
import type { Attempt, GitHub, Installation, PullComment, Repository } from "../github/github.ts";
import { hourly } from "./hourly.ts";
import type { Intake } from "./intake.ts";
import { persist } from "./persist.ts";

const LOOK_BACK_MS = 86_400_000;
/** What asks for something. A push or a closing that is told late would end runs that were asked for since. */
const ASKING: readonly string[] = [
  "issue_comment.created",
  "check_run.rerequested",
  "check_run.requested_action",
  "check_suite.rerequested",
];

type Asked =
  | "attemptsSince"
  | "redeliver"
  | "installations"
  | "repositories"
  | "commentsSince"
  | "hasReacted"
  | "pullRequest"
  | "isPassing"
  | "retryAfterMs";
type Ports = {
  github: Pick<GitHub, Asked>;
  intake: Pick<Intake, "receive">;
  now: () => Date;
  log: (error: unknown) => void;
};
/** One thing to do, and what is to be done after it. Done again where it failed. */
type Act = () => Promise<readonly Act[]>;

export type Missed = {
  /** Now, and again each hour, until the signal. */
  lookRegularly(signal: AbortSignal): void;
  /** Resolves when it is not looking. */
  settled(): Promise<void>;
};

export const createMissed = (ports: Ports): Missed => {
  let settled = async (): Promise<void> => undefined;
  return {
    lookRegularly(signal) {
      const hearing = takeAll(ports, signal, () => hearComments(ports, signal));
      const rounds = hourly(() => takeAll(ports, signal, () => redeliverFailed(ports, signal)), signal);
      settled = async () => void (await Promise.all([hearing, rounds.settled()]));
    },
    settled: () => settled(),
  };
};

const lookBack = ({ now }: Ports): Date => new Date(now().getTime() - LOOK_BACK_MS);

/**
 * Each act in turn, and what follows from it; never rejects. What GitHub refuses for good concerns that act alone. One that
 * passing trouble struck goes behind the others, which a repository in lasting trouble would keep for ever.
 */
const takeAll = async ({ github, log }: Ports, signal: AbortSignal, first: Act): Promise<void> => {
  let acts: readonly Act[] = [first];
  const takeNext = async (): Promise<void> => {
    const [act, ...others] = acts;
    if (!act) return;
    try {
      acts = [...(await act()), ...others];
    } catch (error) {
      if (signal.aborted) throw error;
      log(error);
      const mayPass = github.isPassing(error);
      acts = mayPass ? [...others, act] : others;
      if (mayPass) throw error;
    }
  };
  try {
    while (acts.length > 0) await persist(github, takeNext, signal);
  } catch (error) {
    if (!signal.aborted) log(error);
  }
};

/** One after the other, in their order even where passing trouble comes between; none a second time. */
const inOrder = <T>(
  { github, log }: Ports,
  signal: AbortSignal,
  all: readonly T[],
  act: (one: T) => Promise<void>,
): Act => {
  const left = [...all];
  return async () => {
    for (let one = left[0]; one !== undefined; one = left[0]) {
      signal.throwIfAborted();
      try {
        await act(one);
      } catch (error) {
        if (signal.aborted || github.isPassing(error)) throw error;
        log(error);
      }
      left.shift();
    }
    return [];
  };
};

const redeliverFailed = async (ports: Ports, signal: AbortSignal): Promise<readonly Act[]> => {
  const failed = failedOf(await ports.github.attemptsSince(lookBack(ports)));
  return [inOrder(ports, signal, failed, ({ id }) => ports.github.redeliver(id))];
};

/**
 * The newest attempt of each delivery, oldest delivery first. Its first attempt has to be among them: otherwise one that never
 * arrives would be tried for ever, since each attempt is young.
 */
const failedOf = (newestFirst: readonly Attempt[]): Attempt[] => {
  const newest = new Map<string, Attempt>();
  for (const attempt of newestFirst) if (!newest.has(attempt.guid)) newest.set(attempt.guid, attempt);
  return newestFirst
    .filter(({ isRedelivery, event }) => !isRedelivery && ASKING.includes(event))
    .flatMap(({ guid }) => newest.get(guid) ?? [])
    .filter(({ isDelivered }) => !isDelivered)
    .reverse();
};

const hearComments = async (ports: Ports, signal: AbortSignal): Promise<readonly Act[]> => {
  const { github } = ports;
  return (await github.installations()).map((installation) => async () => {
    const repositories = await github.repositories(installation.id);
    return repositories.map((repository) => () => hear(ports, signal, installation, repository));
  });
};

const hear = async (
  ports: Ports,
  signal: AbortSignal,
  installation: Installation,
  repository: Repository,
): Promise<readonly Act[]> => {
  const { github } = ports;
  const since = new Date(Math.max(lookBack(ports).getTime(), Date.parse(installation.createdAt)));
  const comments = await github.commentsSince(repository, since);
  const commands = comments.filter((one) => isUnanswered(one, comments, since, installation.login));
  const hearOne = async (command: PullComment): Promise<void> => {
    if (await github.hasReacted(repository, command.id, installation.login, "eyes")) return;
    const pull = await github.pullRequest(repository, command.pull);
    signal.throwIfAborted();
    if (pull.isOpen) await receive(ports, repository, command);
  };
  return [inOrder(ports, signal, commands, hearOne)];
};

/** What the app has said on that pull request since counts as the answer. An edited comment is no command, as for the webhook. */
const isUnanswered = (
  { author, body, pull, createdAt, updatedAt }: PullComment,
  all: readonly PullComment[],
  since: Date,
  ownLogin: string,
): boolean =>
  !isBot(author) &&
  createdAt === updatedAt &&
  Date.parse(createdAt) >= since.getTime() &&
  parseCommand(body).is !== "none" &&
  !all.some(
    (one) =>
      one.author.login === ownLogin &&
      one.pull === pull &&
      Date.parse(one.createdAt) >= Date.parse(createdAt),
  );

/** The intake answers in this order: a command, and what cancels it. */
const receive = async (
  { intake, now }: Ports,
  repository: Repository,
  { id, pull, author, body, createdAt, updatedAt }: PullComment,
): Promise<void> =>
  intake.receive({
    guid: `missed-comment-${id}`,
    once: `comment ${id} ${updatedAt}`,
    receivedAt: now().toISOString(),
    askedAt: createdAt,
    intake: { is: "comment", repository, pull, commentId: id, login: author.login, body },
  });
