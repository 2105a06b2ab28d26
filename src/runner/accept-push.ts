/** What becomes of a new head, that a push or a new pull request brings: it is no command, so nobody is told that they may not. */
import type { May } from "../command/who-may.ts";
import type { Complaint } from "../recipe/complaint.ts";
import { parseRecipeConfig, RECIPE_CONFIG } from "../recipe/recipe-config.ts";
import { code, prose } from "../report/markdown.ts";
import type { Answer, Cancel, OpenRun } from "../store/store.ts";
import { persist } from "./persist.ts";
import { checkOf, whyStrange } from "./stranger.ts";
import {
  type AcceptPorts,
  askFor,
  decisionOf,
  endOf,
  isOn,
  NOTHING,
  type Of,
  reply,
  runOf,
  type Wish,
} from "./wish.ts";

/** Runs that are at work may end as they would, unless so configured: what they say of the old head stays true. */
const superseded = async (ports: AcceptPorts, push: Of<"push">): Promise<Cancel[]> => {
  const open = await ports.store.openRuns();
  const isOld = ({ run, isWorking }: OpenRun) =>
    isOn(run, push) && (ports.supersedeWorking || !isWorking) && run.head !== push.head;
  return endOf(open.filter(isOld), `superseded by ${push.head}`);
};

const invalidConfig = (branch: string, complaints: readonly Complaint[]): string =>
  [
    `${code(RECIPE_CONFIG)} of ${code(branch)} is not valid:`,
    ...complaints.map(({ line, reason }) => `- ${line === null ? "" : `line ${line}: `}${prose(reason)}`),
  ].join("\n");

/** The new head is run only where the target branch's own testme.yml asks for it, and whoever pushed may. */
export const answerToPush = async (ports: AcceptPorts, guid: string, push: Of<"push">): Promise<Answer> => {
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
export const answerToOpening = async (ports: AcceptPorts, opened: Of<"opened">): Promise<Answer> => {
  if (!opened.isFork) return NOTHING;
  const { github } = ports;
  const { repository, head } = opened;
  const pull = await persist(github, () => github.pullRequest(repository, opened.pull));
  if (!pull.isOpen || pull.head !== head) return NOTHING;
  const why = await whyStrange(ports, opened, head, pull);
  if (why === null) return NOTHING;
  return { ...NOTHING, messages: [checkOf(ports, opened, head, { is: "waiting", why })] };
};
