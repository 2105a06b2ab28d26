/**
 * Tells GitHub how each stage stands. What is to be shown is kept as a wish per stage, and one sender per stage brings
 * GitHub up to the latest wish: nothing is sent out of order, a state that a newer one has made pointless is skipped, and
 * what GitHub refuses for a while is sent again until it takes it.
 */
import pRetry from "p-retry";
import type { GitHub, Repository } from "../github/github.ts";
import { type CheckRun, checkRunOf } from "../report/check-run.ts";
import type { Run } from "../run/run.ts";
import type { Progress } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";
import type { Listener } from "./worker.ts";

type Wish = {
  repository: Repository;
  id: number | null;
  wanted: CheckRun;
  shown: CheckRun | null;
  sending: Promise<void> | null;
};
export type Announcer = Listener & {
  /** Resolves when GitHub shows all that was wished for. */
  settled(): Promise<void>;
};

/** Progress within a stage is for those who watch, and GitHub allows about one write a second. */
const DETAIL_EVERY_MS = 10_000;

export const announcer = (
  github: GitHub,
  now: () => Date,
  log: (run: Run, error: unknown) => void,
): Announcer => {
  const wishes = new Map<string, Wish>();
  const lastDetail = new Map<string, number>();

  const send = async (run: Run, wish: Wish): Promise<void> => {
    while (wish.shown !== wish.wanted) {
      const { wanted } = wish;
      // What GitHub refuses for good must not take the states after it along.
      await show(wish, wanted).catch((error: unknown) => log(run, error));
      wish.shown = wanted;
    }
    // In the same breath as that last look, or a wish could come in between and find a sender that has ended.
    wish.sending = null;
    if (wish.wanted.progress.status === "completed") wishes.delete(wish.wanted.externalId);
  };
  const show = async (wish: Wish, wanted: CheckRun): Promise<void> => {
    const { repository, id } = wish;
    if (id === null) wish.id = await persist(github, () => github.createCheckRun(repository, wanted));
    else await persist(github, () => github.updateCheckRun(repository, id, wanted));
  };

  return {
    progress(run, stage, progress) {
      if (run.source.is !== "pull-request" || isMereDetail(run, stage, progress)) return;
      const wanted = checkRunOf(run, stage, progress);
      const wish = wishes.get(wanted.externalId) ?? fresh(run.source, wanted);
      wishes.set(wanted.externalId, wish);
      wish.wanted = wanted;
      wish.sending ??= send(run, wish);
    },
    async settled() {
      await Promise.all([...wishes.values()].map((wish) => wish.sending));
    },
  };

  function isMereDetail(run: Run, stage: StageName, progress: Progress): boolean {
    const key = `${run.id} ${stage}`;
    if (progress.is !== "working") {
      lastDetail.delete(key);
      return false;
    }
    const nowMs = now().getTime();
    if (nowMs - (lastDetail.get(key) ?? Number.NEGATIVE_INFINITY) < DETAIL_EVERY_MS) return true;
    lastDetail.set(key, nowMs);
    return false;
  }
};

const fresh = (source: Repository, wanted: CheckRun): Wish => {
  const { owner, repo, installation } = source;
  return { repository: { owner, repo, installation }, id: null, wanted, shown: null, sending: null };
};

/** Again and again while GitHub's trouble may pass, at GitHub's own pace where it names one. */
export const persist = <T>(
  github: Pick<GitHub, "isPassing" | "retryAfterMs">,
  call: () => Promise<T>,
): Promise<T> =>
  pRetry(call, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 1_000,
    maxTimeout: 60_000,
    randomize: true,
    shouldRetry: ({ error }) => github.isPassing(error),
    onFailedAttempt: async ({ error }) => {
      const waitMs = github.isPassing(error) ? github.retryAfterMs(error) : null;
      if (waitMs !== null) await new Promise((resolve) => setTimeout(resolve, waitMs));
    },
  });
