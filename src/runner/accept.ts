/**
 * From what a person did on GitHub to a queued run, or to one polite answer. The head is pinned here, once, as the full
 * commit that GitHub names at this moment; a push that comes later changes nothing about this run, and one that the person
 * cannot have seen starts none. It only asks GitHub, and tells it nothing: what is to be said comes back as messages, and who
 * was let or not as decisions.
 */
import { type Command, parseCommand } from "../command/parse-command.ts";
import { notApproved, notSeen, notTheHead, unseenHead } from "../command/seen.ts";
import type { Answer, Delivery, Message, OpenRun } from "../store/store.ts";
import { answerToOpening, answerToPush } from "./accept-push.ts";
import { persist } from "./persist.ts";
import { checkOf, whyStrange } from "./stranger.ts";
import {
  type AcceptPorts,
  askFor,
  decisionOf,
  declined,
  endOf,
  NOTHING,
  type Of,
  openOn,
  pullOf,
  refused,
  runOf,
  type Wish,
  wordsOf,
} from "./wish.ts";

const CLOSING = "the pull request was closed";
const NOTHING_OPEN = "Nothing is queued or at work on this pull request.";
const NOTHING_OLDER =
  "What is queued or at work on this pull request was asked for later than that. To end it, comment `!testme cancel` again.";
const CLOSED = "This pull request is closed. Reopen it, then comment `!testme` again.";

export const answerTo = async (ports: AcceptPorts, { guid, askedAt, intake }: Delivery): Promise<Answer> => {
  switch (intake.is) {
    case "comment":
      return answerToComment(ports, guid, askedAt, intake);
    case "rerequest":
      return answerToRerequest(ports, guid, intake);
    case "push":
      return answerToPush(ports, guid, intake);
    case "opened":
      return answerToOpening(ports, intake);
    case "closed":
      return { ...NOTHING, cancels: endOf(askedBy(askedAt, await openOn(ports, intake)), CLOSING) };
    case "cancel-pressed":
      return answerToButton(ports, guid, intake);
    case "suite-rerequest": {
      // A suite names no pull request when it comes from a fork, so our own record of the commit says which it is.
      const { owner, repo } = intake.repository;
      const source = (await ports.store.runsAt(intake.head))
        .flatMap((run) => (run.source.is === "pull-request" ? run.source : []))
        .findLast((one) => one.owner === owner && one.repo === repo);
      if (!source) return NOTHING;
      return answerToRerequest(ports, guid, { ...intake, is: "rerequest", pull: source.number, stage: null });
    }
  }
};

const answerToComment = async (
  ports: AcceptPorts,
  guid: string,
  askedAt: string,
  comment: Of<"comment">,
): Promise<Answer> => {
  const command = parseCommand(comment.body);
  switch (command.is) {
    case "none":
      return NOTHING;
    case "refusal": {
      const wish: Wish = { guid, asked: comment, what: "unclear", commit: null };
      const may = await askFor(ports, wish);
      return declined(ports, wish, may, wordsOf(ports, wish, may) ?? command.say);
    }
    case "cancel":
      return answerToCancel(ports, guid, askedAt, comment);
    case "run":
    case "approve":
      return answerToRun(ports, guid, askedAt, comment, command);
  }
};

const answerToRun = async (
  ports: AcceptPorts,
  guid: string,
  askedAt: string,
  comment: Of<"comment">,
  command: Extract<Command, { is: "run" | "approve" }>,
): Promise<Answer> => {
  const { github, store } = ports;
  const pull = await persist(github, () => github.pullRequest(comment.repository, comment.pull));
  const { head } = pull;
  const wish: Wish = { guid, asked: comment, what: command.is, commit: head };
  const may = await askFor(ports, wish);
  const refusal = wordsOf(ports, wish, may);
  if (refusal !== null) return declined(ports, wish, may, refusal);
  if (!pull.isOpen) return refused(ports, wish, "the pull request is closed", CLOSED);
  const started = (messages: readonly Message[]): Answer => {
    const run = runOf(ports, comment, head, pull);
    return { ...NOTHING, run, messages, decisions: [decisionOf(ports, wish, may, run.id)] };
  };
  if (command.is === "approve") {
    if (!head.startsWith(command.sha))
      return refused(ports, wish, `it approved ${command.sha}`, notTheHead(head, command.sha));
    const by = { is: "approved", by: comment.login } as const;
    return started([seen(comment), ...(pull.isFork ? [checkOf(ports, comment, head, by)] : [])]);
  }
  const where = pullOf(comment);
  const pushes = await store.pushes(where);
  const isKnown = pushes.some((push) => push.head === head);
  // One of which no webhook told may be newer than the comment: the next comment is later than this one.
  const met = isKnown ? null : { ...where, head, at: pushes.length === 0 ? null : askedAt, by: "" };
  const unseen = unseenHead(head, { login: comment.login, at: askedAt }, pushes);
  if (unseen) {
    const because = `it was said of ${unseen.seen ?? "an earlier head"}`;
    return { ...refused(ports, wish, because, notSeen(head, unseen.seen)), met };
  }
  const why = await whyStrange(ports, comment, head, pull);
  if (why === null) return { ...started([seen(comment)]), met };
  const answer = refused(ports, wish, `not approved: ${why}`, notApproved(head, why));
  // Nobody may have heard of its opening.
  const waiting = checkOf(ports, comment, head, { is: "waiting", why });
  return { ...answer, messages: [...answer.messages, waiting], met };
};

const seen = ({ repository, commentId }: Of<"comment">): Message => ({
  key: `eyes:${commentId}`,
  repository,
  is: "reaction",
  commentId,
  reaction: "eyes",
});

const answerToCancel = async (
  ports: AcceptPorts,
  guid: string,
  askedAt: string,
  comment: Of<"comment">,
): Promise<Answer> => {
  const open = await openOn(ports, comment);
  const wish: Wish = { guid, asked: comment, what: "cancel", commit: open.at(-1)?.run.head ?? null };
  const may = await askFor(ports, wish);
  const refusal = wordsOf(ports, wish, may);
  if (refusal !== null) return declined(ports, wish, may, refusal);
  const cancels = endOf(askedBy(askedAt, open), `cancelled by ${comment.login}`);
  if (cancels.length === 0)
    return declined(ports, wish, may, open.length === 0 ? NOTHING_OPEN : NOTHING_OLDER);
  return { ...NOTHING, messages: [seen(comment)], cancels, decisions: [decisionOf(ports, wish, may)] };
};

const answerToButton = async (
  ports: AcceptPorts,
  guid: string,
  pressed: Of<"cancel-pressed">,
): Promise<Answer> => {
  const { runId } = pressed;
  const ended = (await openOn(ports, pressed)).find(({ run }) => run.id === runId)?.run;
  const wish: Wish = { guid, asked: pressed, what: "cancel", commit: ended?.head ?? null };
  const may = await askFor(ports, wish);
  const refusal = wordsOf(ports, wish, may);
  if (refusal !== null) return declined(ports, wish, may, refusal);
  // They may here, and not where another repository's run is.
  const cancels = ended ? [{ runId, by: `cancelled by ${pressed.login}` }] : [];
  return { ...NOTHING, cancels, decisions: [decisionOf(ports, wish, may, runId)] };
};

/** The Re-run button: that stage of the same commit again; of a whole suite, all of them. */
const answerToRerequest = async (
  ports: AcceptPorts,
  guid: string,
  rerequest: Of<"rerequest">,
): Promise<Answer> => {
  const { head } = rerequest;
  const wish: Wish = { guid, asked: rerequest, what: "retry", commit: head };
  const may = await askFor(ports, wish);
  const refusal = wordsOf(ports, wish, may);
  if (refusal !== null) return declined(ports, wish, may, refusal);
  const { github } = ports;
  const pull = await persist(github, () => github.pullRequest(rerequest.repository, rerequest.pull));
  if (!pull.isOpen) return refused(ports, wish, "the pull request is closed", CLOSED);
  const why = await whyStrange(ports, rerequest, head, pull);
  if (why !== null) {
    const say = head === pull.head ? notApproved(head, why) : notTheHead(pull.head, head);
    return refused(ports, wish, `not approved: ${why}`, say);
  }
  const stages = rerequest.stage === null ? ports.stages : [rerequest.stage];
  const run = runOf(ports, rerequest, head, pull, stages);
  return { ...NOTHING, run, decisions: [decisionOf(ports, wish, may, run.id)] };
};

/**
 * What is heard late ends what was asked for before it was said, and nothing that came since. GitHub's times have whole seconds:
 * within one, we take it that the run came first.
 */
const askedBy = (at: string, open: readonly OpenRun[]): OpenRun[] =>
  open.filter(({ askedAt }) => inSeconds(askedAt) <= inSeconds(at));

const inSeconds = (at: string): number => Math.floor(Date.parse(at) / 1_000);
