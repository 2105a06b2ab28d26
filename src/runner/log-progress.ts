/**
 * The story of each run in the bot's own log, a few lines long: queued, begun, each stage's verdict, concluded. What goes on within
 * a stage, and who else waits in the queue, is for those who watch. For a run that is put back it begins anew.
 */
import { stageTitle } from "../report/words.ts";
import type { Run } from "../run/run.ts";
import { type Progress, runVerdict, type StageResult } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import type { Listener } from "./worker.ts";

export type Say = (about: object, what: string) => void;
/** How far the log is with a run. */
type Told = { again: string | null; beganAt: string | null; results: Map<StageName, StageResult> };

export const progressLogger = (say: Say): Listener => {
  const toldOf = new Map<string, Told>();
  const queued = (run: Run, again: string | null): void => {
    const told = toldOf.get(run.id);
    // Each stage says so, and again whenever its place has changed.
    if (told?.again === again) return;
    toldOf.set(run.id, { again, beganAt: null, results: new Map() });
    say(fieldsOf(run), again === null ? "queued" : `queued again: ${again}`);
  };
  const begun = (run: Run, told: Told, startedAt: string): void => {
    if (told.beganAt !== null) return;
    told.beganAt = startedAt;
    say(fieldsOf(run), "begun");
  };
  const done = (run: Run, told: Told, result: StageResult): void => {
    told.results.set(result.stage, result);
    const { stage, verdict, startedAt, endedAt } = result;
    const about = { ...fieldsOf(run), stage, verdict: verdict.is, ...tookOf(startedAt, endedAt) };
    say(about, `${stage}: ${stageTitle(result)}`);
    if (told.results.size < run.stages.length) return;
    toldOf.delete(run.id);
    const verdictOfAll = runVerdict([...told.results.values()]);
    const all = { ...fieldsOf(run), verdict: verdictOfAll, ...tookOf(told.beganAt, endedAt) };
    say(all, `concluded: ${verdictOfAll}`);
  };
  return {
    progress(run, _, progress: Progress) {
      if (progress.is === "queued") return queued(run, progress.again);
      const told = toldOf.get(run.id) ?? { again: null, beganAt: null, results: new Map() };
      toldOf.set(run.id, told);
      if (progress.is === "working") begun(run, told, progress.startedAt);
      else done(run, told, progress.result);
    },
  };
};

const fieldsOf = ({ id, source }: Run): object =>
  source.is === "pull-request"
    ? { run: id, owner: source.owner, repo: source.repo, pull: source.number }
    : { run: id };

/** What never began took no time. */
const tookOf = (from: string | null, to: string): object =>
  from === null ? {} : { tookMs: Date.parse(to) - Date.parse(from) };
