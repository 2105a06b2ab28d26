/**
 * What every answer to a person is made of: who wants what of which commit, whether they may, what they are told, and what is noted of
 * it. It decides no more than the settings say.
 */
import type { Decision } from "../command/decision.ts";
import { type May, sorry, unsaid } from "../command/who-may.ts";
import type { GitHub } from "../github/github.ts";
import type { Commit } from "../recipe/commit.ts";
import type { Run } from "../run/run.ts";
import type { Answer, Cancel, Intake, Message, OpenRun, Pull, Store } from "../store/store.ts";
import { type AskPorts, askWhoMay } from "./ask-who-may.ts";

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

export type Of<Is extends Intake["is"]> = Extract<Intake, { is: Is }>;
export type Asked = Pick<Of<"comment">, "repository" | "pull" | "login">;
/** Who wants what of which commit, and the delivery that says so. */
export type Wish = { guid: string; asked: Asked; what: Decision["what"]; commit: Commit | null };

const permitOf = ({ what }: Wish) => (what === "unclear" ? "run" : what);

export const askFor = (ports: AcceptPorts, wish: Wish): Promise<May> =>
  askWhoMay(ports, permitOf(wish), wish.asked.repository, wish.asked.login);

/** What somebody is told who may not, or of whom GitHub does not say it; null where they may. */
export const wordsOf = (ports: AcceptPorts, wish: Wish, may: May): string | null => {
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

export const declined = (ports: AcceptPorts, wish: Wish, may: May, say: string): Answer => ({
  ...NOTHING,
  messages: [reply(wish.guid, wish.asked, say)],
  decisions: [decisionOf(ports, wish, may)],
});

/** They may, and it is not done all the same. */
export const refused = (ports: AcceptPorts, wish: Wish, because: string, say: string): Answer =>
  declined(ports, wish, { is: "refused", because }, say);

export const decisionOf = (
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

export const pullOf = ({ repository: { owner, repo }, pull }: Pick<Asked, "repository" | "pull">): Pull => ({
  repository: `${owner}/${repo}`,
  pull,
});

export const openOn = async (
  { store }: AcceptPorts,
  where: Pick<Asked, "repository" | "pull">,
): Promise<OpenRun[]> => (await store.openRuns()).filter(({ run }) => isOn(run, where));

export const endOf = (open: readonly OpenRun[], by: string): Cancel[] =>
  open.map(({ run }) => ({ runId: run.id, by }));

export const isOn = ({ source }: Run, { repository, pull }: Pick<Asked, "repository" | "pull">): boolean =>
  source.is === "pull-request" &&
  source.owner === repository.owner &&
  source.repo === repository.repo &&
  source.number === pull;

export const runOf = (
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

export const reply = (guid: string, { repository, pull }: Asked, body: string): Message => ({
  key: `reply:${guid}`,
  repository,
  is: "comment",
  issue: pull,
  body,
});
