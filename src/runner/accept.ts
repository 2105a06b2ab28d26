/**
 * From what a person did on GitHub to a queued run, or to one polite answer. The head is pinned here, once, as the full
 * commit that GitHub names at this moment; a push that comes later changes nothing about this run, and one that the person
 * cannot have seen starts none. It only asks GitHub, and tells it nothing: what is to be said comes back as messages, and who
 * was let or not as decisions.
 */
import type { Decision } from "../command/decision.ts";
import { type Command, parseCommand } from "../command/parse-command.ts";
import { notApproved, notSeen, notTheHead, unseenHead } from "../command/seen.ts";
import { type May, sorry, unsaid } from "../command/who-may.ts";
import type { GitHub, PullRequest } from "../github/github.ts";
import type { Commit } from "../recipe/commit.ts";
import type { Complaint } from "../recipe/complaint.ts";
import { parseRecipeConfig, RECIPE_CONFIG } from "../recipe/recipe-config.ts";
import { approvalCheck } from "../report/approval.ts";
import type { Run } from "../run/run.ts";
import type { Answer, Cancel, Delivery, Intake, Message, OpenRun, Pull, Store } from "../store/store.ts";
import { type AskPorts, askWhoMay } from "./ask-who-may.ts";
import { persist } from "./persist.ts";

const CLOSING = "the pull request was closed";
const NOTHING_OPEN = "Nothing is queued or at work on this pull request.";
const NOTHING_OLDER =
  "What is queued or at work on this pull request was asked for later than that. To end it, comment `!testme cancel` again.";
const CLOSED = "This pull request is closed. Reopen it, then comment `!testme` again.";

export type AcceptPorts = Omit<AskPorts, "github"> & {
  github: AskPorts["github"] & Pick<GitHub, "pullRequest" | "file">;
  store: Pick<Store, "runsAt" | "openRuns" | "pushes" | "isApproved">;
  newId: () => string;
  /** What a run takes where nobody says more. */
  stages: Run["stages"];
  /** Whether a push ends runs of the old head that are at work already. */
  supersedeWorking: boolean;
};
export const NOTHING: Answer = { run: null, messages: [], cancels: [], decisions: [], met: null };

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
      const source = (await ports.store.runsAt(intake.head)).at(-1)?.source;
      if (source?.is !== "pull-request") return NOTHING;
      return answerToRerequest(ports, guid, { ...intake, is: "rerequest", pull: source.number, stage: null });
    }
  }
};

type Of<Is extends Intake["is"]> = Extract<Intake, { is: Is }>;
type Asked = Pick<Of<"comment">, "repository" | "pull" | "login">;
/** Who wants what of which commit, and the delivery that says so. */
type Wish = { guid: string; asked: Asked; what: Decision["what"]; commit: Commit | null };

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
  const answer =
    why === null
      ? started([seen(comment)])
      : refused(ports, wish, `not approved: ${why}`, notApproved(head, why));
  return { ...answer, met };
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
  const cancels = [{ runId, by: `cancelled by ${pressed.login}` }];
  return { ...NOTHING, cancels, decisions: [decisionOf(ports, wish, may, runId)] };
};

/** Runs that are at work may end as they would, unless so configured: what they say of the old head stays true. */
const superseded = async (ports: AcceptPorts, push: Of<"push">): Promise<Cancel[]> => {
  const open = await ports.store.openRuns();
  const isOld = ({ run, isWorking }: OpenRun) =>
    isOn(run, push) && (ports.supersedeWorking || !isWorking) && run.head !== push.head;
  return endOf(open.filter(isOld), `superseded by ${push.head}`);
};

const invalidConfig = (branch: string, complaints: readonly Complaint[]): string =>
  [
    `\`${RECIPE_CONFIG}\` of \`${branch}\` is not valid:`,
    ...complaints.map(({ line, reason }) => `- ${line === null ? "" : `line ${line}: `}${reason}`),
  ].join("\n");

/** The new head is run only where the target branch's own testme.yml asks for it, and whoever pushed may. */
const answerToPush = async (ports: AcceptPorts, guid: string, push: Of<"push">): Promise<Answer> => {
  const cancels = await superseded(ports, push);
  const { github } = ports;
  const { repository, head } = push;
  const pull = await persist(github, () => github.pullRequest(repository, push.pull));
  const isHead = pull.isOpen && pull.head === head;
  const why = isHead ? await whyStrange(ports, push, head, pull) : null;
  const waiting = why === null ? [] : [checkOf(ports, push, head, { is: "waiting", why })];
  const text = await persist(github, () => github.file(repository, RECIPE_CONFIG, pull.targetBranch));
  const config = text === null ? null : parseRecipeConfig(text);
  if (config?.is === "invalid") {
    const complaint = reply(guid, push, invalidConfig(pull.targetBranch, config.complaints));
    return { ...NOTHING, cancels, messages: [complaint, ...waiting] };
  }
  const nothing = { ...NOTHING, cancels, messages: waiting };
  if (config?.config.runOnPush !== true || !isHead) return nothing;
  const wish: Wish = { guid, asked: push, what: "run", commit: head };
  const may = await askFor(ports, wish);
  const stands: May =
    why === null || may.is !== "allowed" ? may : { is: "refused", because: `not approved: ${why}` };
  // A stranger's push is no command, so it gets no refusal either.
  if (stands.is !== "allowed") return { ...nothing, decisions: [decisionOf(ports, wish, stands)] };
  const run = runOf(ports, push, head, pull);
  return { ...nothing, run, decisions: [decisionOf(ports, wish, stands, run.id)] };
};

/** A stranger's commit waits for somebody who has looked at it, and says so. */
const answerToOpening = async (ports: AcceptPorts, opened: Of<"opened">): Promise<Answer> => {
  if (!opened.isFork) return NOTHING;
  const { github } = ports;
  const { repository, head } = opened;
  const pull = await persist(github, () => github.pullRequest(repository, opened.pull));
  if (!pull.isOpen || pull.head !== head) return NOTHING;
  const why = await whyStrange(ports, opened, head, pull);
  if (why === null) return NOTHING;
  return { ...NOTHING, messages: [checkOf(ports, opened, head, { is: "waiting", why })] };
};

/**
 * Null where the commit may run: whoever pushes into the repository itself could change it, and so could the author of a pull request
 * who may start runs.
 */
const whyStrange = async (
  ports: AcceptPorts,
  where: Asked,
  head: Commit,
  { isFork, author }: PullRequest,
): Promise<string | null> => {
  if (!isFork || (await ports.store.isApproved(pullOf(where), head))) return null;
  switch ((await askWhoMay(ports, "run", where.repository, author)).is) {
    case "allowed":
      return null;
    case "refused":
      return `it comes from a fork, and \`${author}\` may not start a test run here`;
    case "unknown":
      return `it comes from a fork, and GitHub did not say whether \`${author}\` may start a test run here`;
  }
};

const checkOf = (
  { now }: AcceptPorts,
  { repository, pull }: Asked,
  head: Commit,
  state: Parameters<typeof approvalCheck>[1],
): Message => {
  const checkRun = approvalCheck({ ...repository, pull, head }, state, now().toISOString());
  return { key: checkRun.externalId, repository, is: "check-run", checkRun };
};

const openOn = async (
  { store }: AcceptPorts,
  where: Pick<Asked, "repository" | "pull">,
): Promise<OpenRun[]> => (await store.openRuns()).filter(({ run }) => isOn(run, where));

/**
 * What is heard late ends what was asked for before it was said, and nothing that came since. GitHub's times have whole seconds:
 * within one, we take it that the run came first.
 */
const askedBy = (at: string, open: readonly OpenRun[]): OpenRun[] =>
  open.filter(({ askedAt }) => inSeconds(askedAt) <= inSeconds(at));

const inSeconds = (at: string): number => Math.floor(Date.parse(at) / 1_000);

const endOf = (open: readonly OpenRun[], by: string): Cancel[] =>
  open.map(({ run }) => ({ runId: run.id, by }));

const isOn = ({ source }: Run, { repository, pull }: Pick<Asked, "repository" | "pull">): boolean =>
  source.is === "pull-request" &&
  source.owner === repository.owner &&
  source.repo === repository.repo &&
  source.number === pull;

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

const permitOf = ({ what }: Wish) => (what === "unclear" ? "run" : what);

const askFor = (ports: AcceptPorts, wish: Wish): Promise<May> =>
  askWhoMay(ports, permitOf(wish), wish.asked.repository, wish.asked.login);

/** What somebody is told who may not, or of whom GitHub does not say it; null where they may. */
const wordsOf = (ports: AcceptPorts, wish: Wish, may: May): string | null => {
  const permit = permitOf(wish);
  switch (may.is) {
    case "allowed":
      return null;
    case "refused":
      return sorry(permit, ports.may[permit], wish.asked.login);
    case "unknown":
      return unsaid(permit, may, wish.asked.login);
  }
};

const declined = (ports: AcceptPorts, wish: Wish, may: May, say: string): Answer => ({
  ...NOTHING,
  messages: [reply(wish.guid, wish.asked, say)],
  decisions: [decisionOf(ports, wish, may)],
});

/** They may, and it is not done all the same. */
const refused = (ports: AcceptPorts, wish: Wish, because: string, say: string): Answer =>
  declined(ports, wish, { is: "refused", because }, say);

const decisionOf = (
  { now }: AcceptPorts,
  { asked, what, commit }: Wish,
  { is: outcome, because }: May,
  runId: string | null = null,
): Decision => ({
  at: now().toISOString(),
  who: asked.login,
  what,
  ...pullOf(asked),
  commit,
  outcome,
  because,
  runId,
});

const pullOf = ({ repository: { owner, repo }, pull }: Pick<Asked, "repository" | "pull">): Pull => ({
  repository: `${owner}/${repo}`,
  pull,
});

const runOf = (
  { newId, now, stages: usual }: AcceptPorts,
  { pull: number, login: askedBy, repository }: Asked,
  head: Commit,
  { cloneUrl, targetBranch }: { cloneUrl: string; targetBranch: string },
  stages: Run["stages"] = usual,
): Run => ({
  id: newId(),
  recipe: repository.repo,
  head,
  source: { is: "pull-request", ...repository, number, cloneUrl, targetBranch, askedBy },
  stages,
  from: null,
  acceptedAt: now().toISOString(),
});

const reply = (guid: string, { repository, pull }: Asked, body: string): Message => ({
  key: `reply:${guid}`,
  repository,
  is: "comment",
  issue: pull,
  body,
});
