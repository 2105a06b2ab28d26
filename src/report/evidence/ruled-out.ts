/** What else could have looked like this, and the fact that excludes it, or that it is not excluded. */
import { short } from "../../recipe/commit.ts";
import type { Observation } from "../../verdict/observation.ts";
import type { Rollout } from "../../verdict/rollout.ts";
import {
  type Change,
  type ManualRollback,
  type RuledOut,
  ruledOut,
  type Writers,
} from "../../verdict/ruled-out.ts";
import type { Block } from "../budget.ts";
import { clock, code, count, details, table } from "../markdown.ts";

const NAMES: Readonly<Record<RuledOut["what"], string>> = {
  checkout: "a wrong checkout",
  "second-run": "a second run",
  "second-writer": "a second writer",
  "no-op": "a deploy that changed nothing",
  "manual-rollback": "a rollback by hand",
};
const ANSWERS: Readonly<Record<RuledOut["is"], string>> = {
  "ruled-out": "ruled out",
  "not-ruled-out": "**not ruled out**",
  "not-known": "not known",
};

export const ruledOutBlock = (observations: readonly Observation[], rollout: Rollout): Block => {
  const answers = ruledOut(observations, rollout);
  const title = (["ruled-out", "not-ruled-out", "not-known"] as const)
    .map((is) => [is, answers.filter((a) => a.is === is)] as const)
    .filter(([, those]) => those.length > 0)
    .map(
      ([is, those]) => `${ANSWERS[is].replaceAll("**", "")}: ${those.map((a) => NAMES[a.what]).join(", ")}`,
    )
    .join(" · ");
  const rows = answers.map((answer) => [NAMES[answer.what], ANSWERS[answer.is], because(answer)]);
  return {
    name: "what is ruled out",
    worth: 7,
    texts: [
      details(title.charAt(0).toUpperCase() + title.slice(1), table(["could it be", "", "because"], rows)),
    ],
  };
};

const because = (answer: RuledOut): string => {
  switch (answer.what) {
    case "checkout": {
      if (!answer.because) return "no note of a checkout is on record";
      const { got, wanted, isDirty, at } = answer.because;
      const tree = isDirty ? "the tree held more than the commit" : "the tree was clean";
      const is = got === wanted ? `, the pinned commit` : `, and ${code(short(wanted))} was wanted`;
      return `git HEAD was ${code(short(got))}${is}; ${tree} (${clock(at)})`;
    }
    case "second-run": {
      if (!answer.because) return "no note of the app domain's lock is on record";
      const { by, appDomain, at } = answer.because;
      const who = by.map((run) => code(run, 100)).join(", ");
      return `${by.length === 1 ? "only" : "not one run alone:"} ${who} held the lock of ${code(appDomain, 100)} (since ${clock(at)})`;
    }
    case "second-writer":
      return writersWords(answer.because);
    case "no-op":
      return changeWords(answer.because);
    case "manual-rollback":
      return rollbackWords(answer.because);
  }
};

const writersWords = ({ others, bareUpdates, expected, isFirst, isCounted, isGapless }: Writers): string => {
  const [first] = others;
  if (first)
    return `${count(others.length, "write")} by another hand; the first at ${clock(first.at)}, Version.Index ${first.from?.version ?? "none"} → ${first.service.version}`;
  const own = isFirst
    ? `a first deploy brings at most ${expected} (Swarm's allocator)`
    : `this deploy makes ${expected}`;
  const counted = `the engine's events tell of ${count(bareUpdates, "update")} of the service, and ${own}`;
  if (bareUpdates > expected) return counted;
  const changes = "every change of the spec that was seen is this deploy's or Swarm's own";
  if (!isGapless) return `${changes}, but something of it was missed`;
  return isCounted
    ? `${changes}; ${counted}`
    : `${changes}; the event of the deploy's own write is not on record`;
};

const changeWords = ({ isFirst, isWritten, isSpecChanged, newTasks }: Change): string => {
  const tasks = newTasks === 0 ? "no task was created" : `${count(newTasks, "task")} created`;
  if (isFirst) return `the service did not exist before; ${tasks}`;
  if (!isWritten) return `this deploy did not write the service; ${tasks}`;
  if (isSpecChanged === null) return `the new spec was not seen live; ${tasks}`;
  return isSpecChanged
    ? `the spec changed; ${tasks}`
    : `the spec that was written is the one that stood; ${tasks}`;
};

const rollbackWords = ({ by, at, message, isGapless }: ManualRollback): string => {
  const when = at === null ? "" : ` (seen at ${clock(at)})`;
  if (by === "person") return `PreviousSpec was kept, or Swarm said so: ${code(message ?? "", 200)}${when}`;
  if (by === "swarm") return `Swarm dropped PreviousSpec, as it does only of its own accord${when}`;
  return isGapless ? "no rollback is on record" : "no rollback is on record, but something of it was missed";
};
