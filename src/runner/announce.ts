/**
 * Has GitHub told how each stage stands, through the outbox: each state of a stage is one more wording of the same message, so
 * the latest is what GitHub gets to see. Progress within a stage is for those who watch, and is said only now and then.
 */
import { checkRunOf } from "../report/check-run.ts";
import type { Run } from "../run/run.ts";
import type { Progress } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import type { Outbox } from "./outbox.ts";
import type { Listener } from "./worker.ts";

/** GitHub allows about one write a second. */
const DETAIL_EVERY_MS = 10_000;

export const announcer = (outbox: Pick<Outbox, "post">, now: () => Date): Listener => {
  const lastDetail = new Map<string, number>();
  const isMereDetail = (run: Run, stage: StageName, progress: Progress): boolean => {
    const key = `${run.id} ${stage}`;
    if (progress.is !== "working") {
      lastDetail.delete(key);
      return false;
    }
    const nowMs = now().getTime();
    if (nowMs - (lastDetail.get(key) ?? Number.NEGATIVE_INFINITY) < DETAIL_EVERY_MS) return true;
    lastDetail.set(key, nowMs);
    return false;
  };
  return {
    async progress(run, stage, progress) {
      if (run.source.is !== "pull-request" || isMereDetail(run, stage, progress)) return;
      const checkRun = checkRunOf(run, stage, progress);
      const { owner, repo, installation } = run.source;
      const repository = { owner, repo, installation };
      await outbox.post(run.id, { key: checkRun.externalId, repository, is: "check-run", checkRun });
    },
  };
};
