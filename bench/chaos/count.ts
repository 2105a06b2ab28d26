/**
 * What became of the promises, by what GitHub has in the end. Pure. Each command has to have one run; each run one finished check
 * run a stage, which no unfinished state took the place of; each command one reaction and no comment. Whatever is missing
 * is lost, whatever is there once more is doubled, and each of both is told in a line of its own.
 */
import type { CheckRun } from "../../test/support/github/state.ts";

export type Seen = {
  repo: string;
  /** The commands' comments. */
  commands: readonly number[];
  /** The bot's own comments. */
  replies: number;
  reactions: (commentId: number) => number;
  checkRuns: readonly CheckRun[];
  stages: readonly string[];
};
type Wrong = { is: "lost" | "doubled"; what: string };

export const wrongOf = ({ repo, commands, replies, reactions, checkRuns, stages }: Seen): Wrong[] => {
  const wrong: Wrong[] = [];
  const note = (is: Wrong["is"], what: string, times = 1): void => {
    for (let n = 0; n < times; n++) wrong.push({ is, what: `${repo}: ${what}` });
  };
  const runs = Map.groupBy(checkRuns, runIdOf);
  const missing = commands.length - runs.size;
  note("lost", "a command has no run", Math.max(0, missing) * stages.length);
  note("doubled", "a run that nobody asked for", Math.max(0, -missing) * stages.length);
  for (const [runId, all] of runs)
    for (const stage of stages) {
      const ofStage = all.filter(({ name }) => name === `testme / ${stage}`);
      const finished = ofStage.filter(({ conclusion }) => conclusion !== null);
      if (finished.length === 0) note("lost", `run ${runId} has no finished check run of its ${stage}`);
      note("doubled", `run ${runId} has another check run of its ${stage}`, Math.max(0, ofStage.length - 1));
      for (const one of ofStage)
        note("doubled", `run ${runId}: its finished ${stage} was overwritten: ${told(one)}`, reopened(one));
    }
  for (const id of commands) {
    const given = reactions(id);
    if (given === 0) note("lost", `the command ${id} has no reaction`);
    note("doubled", `the command ${id} has one more reaction`, Math.max(0, given - 1));
  }
  note("doubled", "a comment that nobody asked for", replies);
  return wrong;
};

const runIdOf = ({ external_id }: CheckRun): string => external_id.split(":")[1] ?? external_id;

/** How often a state that said how it ended was followed by one that did not, or that said otherwise. */
const reopened = ({ history }: CheckRun): number =>
  history.filter((state, n) => {
    const before = history[n - 1]?.conclusion ?? null;
    return before !== null && state.conclusion !== before;
  }).length;

const told = ({ history }: CheckRun): string =>
  history
    .map(({ conclusion, title }) => (conclusion === null ? title : `${conclusion} (${title})`))
    .join(" → ");
