/**
 * From what a person did on GitHub to a queued run, or to one polite answer. The head is pinned here, once, as the full
 * commit that GitHub names at this moment; a push that comes later changes nothing about this run. It only asks GitHub, and
 * tells it nothing: what is to be said comes back as messages.
 */
import { mayRun } from "../command/may-run.ts";
import { parseCommand } from "../command/parse-command.ts";
import type { GitHub } from "../github/github.ts";
import type { Commit } from "../recipe/commit.ts";
import type { Complaint } from "../recipe/complaint.ts";
import { parseRecipeConfig, RECIPE_CONFIG } from "../recipe/recipe-config.ts";
import type { Run } from "../run/run.ts";
import type { Answer, Cancel, Delivery, Intake, OpenRun, Store } from "../store/store.ts";
import { persist } from "./persist.ts";

const CLOSING = "the pull request was closed";
const NOTHING_OPEN = "Nothing is queued or at work on this pull request.";
const NOTHING_OLDER =
  "What is queued or at work on this pull request was asked for later than that. To end it, comment `!testme cancel` again.";
const CLOSED = "This pull request is closed. Reopen it, then comment `!testme` again.";

export type AcceptPorts = {
  github: Pick<GitHub, "permission" | "pullRequest" | "file" | "isPassing" | "retryAfterMs">;
  store: Pick<Store, "runsAt" | "openRuns">;
  newId: () => string;
  now: () => Date;
  /** What a run takes where nobody says more. */
  stages: Run["stages"];
  /** Whether a push ends runs of the old head that are at work already. */
  supersedeWorking: boolean;
};
const NOTHING: Answer = { run: null, messages: [], cancels: [] };

export const answerTo = async (ports: AcceptPorts, { guid, askedAt, intake }: Delivery): Promise<Answer> => {
  switch (intake.is) {
    case "comment":
      return answerToComment(ports, guid, askedAt, intake);
    case "rerequest":
      return answerToRerequest(ports, guid, intake);
    case "push":
      return answerToPush(ports, guid, intake);
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

const answerToComment = async (
  ports: AcceptPorts,
  guid: string,
  askedAt: string,
  comment: Of<"comment">,
): Promise<Answer> => {
  const command = parseCommand(comment.body);
  if (command.is === "none") return NOTHING;
  const refusal = await refusalOf(ports, comment);
  if (refusal !== null) return reply(guid, comment, refusal);
  if (command.is === "refusal") return reply(guid, comment, command.say);
  if (command.is === "cancel") return answerToCancel(ports, guid, askedAt, comment);
  const { github } = ports;
  const { repository } = comment;
  const pull = await persist(github, () => github.pullRequest(repository, comment.pull));
  if (!pull.isOpen) return reply(guid, comment, CLOSED);
  return {
    run: runOf(ports, comment, pull.head, pull),
    messages: [seen(comment)],
    cancels: [],
  };
};

const seen = ({ repository, commentId }: Of<"comment">): Answer["messages"][number] => ({
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
  const cancels = endOf(askedBy(askedAt, open), `cancelled by ${comment.login}`);
  if (cancels.length > 0) return { run: null, messages: [seen(comment)], cancels };
  return reply(guid, comment, open.length === 0 ? NOTHING_OPEN : NOTHING_OLDER);
};

const answerToButton = async (
  ports: AcceptPorts,
  guid: string,
  pressed: Of<"cancel-pressed">,
): Promise<Answer> => {
  const refusal = await refusalOf(ports, pressed);
  if (refusal !== null) return reply(guid, pressed, refusal);
  return { ...NOTHING, cancels: [{ runId: pressed.runId, by: `cancelled by ${pressed.login}` }] };
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
  const { repository } = push;
  const pull = await persist(github, () => github.pullRequest(repository, push.pull));
  const text = await persist(github, () => github.file(repository, RECIPE_CONFIG, pull.targetBranch));
  const config = text === null ? null : parseRecipeConfig(text);
  if (config?.is === "invalid")
    return { ...reply(guid, push, invalidConfig(pull.targetBranch, config.complaints)), cancels };
  const isAsked = config?.config.runOnPush === true && pull.isOpen && pull.head === push.head;
  // A stranger's push is no command, so it gets no refusal either.
  if (!isAsked || (await refusalOf(ports, push)) !== null) return { ...NOTHING, cancels };
  return { ...NOTHING, cancels, run: runOf(ports, push, push.head, pull) };
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
  const refusal = await refusalOf(ports, rerequest);
  if (refusal !== null) return reply(guid, rerequest, refusal);
  const { github } = ports;
  const pull = await persist(github, () => github.pullRequest(rerequest.repository, rerequest.pull));
  if (!pull.isOpen) return reply(guid, rerequest, CLOSED);
  const stages = rerequest.stage === null ? ports.stages : [rerequest.stage];
  return { ...NOTHING, run: runOf(ports, rerequest, rerequest.head, pull, stages) };
};

const refusalOf = async ({ github }: AcceptPorts, asked: Asked): Promise<string | null> => {
  const permission = await persist(github, () => github.permission(asked.repository, asked.login));
  const answer = mayRun(permission, asked.login);
  return answer.is === "refusal" ? answer.say : null;
};

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

const reply = (guid: string, { repository, pull }: Asked, body: string): Answer => ({
  ...NOTHING,
  messages: [{ key: `reply:${guid}`, repository, is: "comment", issue: pull, body }],
});
