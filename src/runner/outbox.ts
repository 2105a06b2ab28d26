/**
 * Tells GitHub what it is to be told. Every message is stored before anyone tries to send it; one at a time goes out for each
 * run, in order, and a wording that a newer one has made pointless is never sent. What GitHub refuses for a while is sent
 * again until it takes it, in this process or in the next; what it refuses for good is logged and let go.
 */
import type { GitHub } from "../github/github.ts";
import { withoutReport } from "../report/check-run.ts";
import type { Message, Posted, Store, Unsent } from "../store/store.ts";
import { persist } from "./persist.ts";
import { type About, about } from "./run-context.ts";

export type Outbox = {
  post(runId: string | null, message: Message): Promise<void>;
  /** Looks for what is unsent: after a start, or when somebody else has posted. */
  wake(): void;
  /** Resolves when nothing is unsent and nothing on its way; of the messages that `isMeant` names, where it is given. */
  settled(isMeant?: (unsent: Unsent) => boolean): Promise<void>;
};

type Ports = {
  github: GitHub;
  store: Pick<Store, "leads" | "post" | "unsent" | "nextUnsent" | "posted" | "sent">;
  log: (message: Message | null, error: unknown) => void;
};

export const createOutbox = ({ github, store, log }: Ports): Outbox => {
  /** One lane a run, so that its messages keep their order; those of no run have one each. `isStale`: there may be more. */
  const lanes = new Map<string, { isStale: boolean; done: Promise<void> }>();
  let looking: Promise<void> | null = null;
  let isStale = false;

  const wake = (): void => {
    isStale = true;
    looking ??= about({}, look);
  };
  const look = async (): Promise<void> => {
    try {
      while (isStale) {
        isStale = false;
        for (const unsent of await store.unsent()) begin(laneOf(unsent));
      }
    } catch (error) {
      log(null, error);
    } finally {
      // In the same breath as the last look, or what is posted in between would find nobody looking.
      looking = null;
    }
  };
  const begin = (name: string): void => {
    const busy = lanes.get(name);
    if (busy) busy.isStale = true;
    else {
      const lane = { isStale: true, done: Promise.resolve() };
      lanes.set(name, lane);
      lane.done = clear(name, lane);
    }
  };
  /** What else waits is not looked at for each message: a long outbox would keep the bot from everything else. */
  const clear = async (name: string, lane: { isStale: boolean }): Promise<void> => {
    try {
      while (lane.isStale) {
        lane.isStale = false;
        for (let next = await store.nextUnsent(name); next; next = await store.nextUnsent(name)) {
          const { key } = next;
          await about(whatOf(next), () => send(key));
        }
      }
    } catch (error) {
      log(null, error);
    } finally {
      // In the same breath as the last look, as above.
      lanes.delete(name);
    }
  };
  const send = async (key: string): Promise<void> => {
    let latest = await store.posted(key);
    if (!latest) return;
    let { checkRunId } = latest;
    try {
      checkRunId = await persist(github, async () => {
        // Between two attempts a newer wording may have taken this one's place.
        latest = (await store.posted(key)) ?? latest;
        return latest && deliver(github, latest);
      });
    } catch (error) {
      log(latest.message, error);
      checkRunId = await concludePlainly(latest).catch((again: unknown) => {
        log(latest?.message ?? null, again);
        return checkRunId;
      });
    }
    await store.sent(key, latest.seq, checkRunId);
  };
  /** A conclusion that GitHub refuses for good must not leave a check that turns for ever: it has one without a report. */
  const concludePlainly = async (posted: Posted): Promise<number | null> => {
    const { message } = posted;
    if (message.is !== "check-run" || message.checkRun.progress.status !== "completed")
      return posted.checkRunId;
    const plain = { ...posted, message: { ...message, checkRun: withoutReport(message.checkRun) } };
    return persist(github, () => deliver(github, plain));
  };

  return {
    async post(runId, message) {
      await store.post(runId, message);
      if (store.leads()) begin(runId ?? message.key);
    },
    wake,
    async settled(isMeant = () => true) {
      const isWaiting = async () => (await store.unsent()).some(isMeant);
      while (await isWaiting()) {
        wake();
        await looking;
        // A race of nobody would have no end: the last one may have come home meanwhile.
        if (lanes.size > 0) await Promise.race([...lanes.values()].map(({ done }) => done));
      }
    },
  };
};

const whatOf = ({ runId, key }: Unsent): About =>
  runId === null ? { message: key } : { run: runId, message: key };

const laneOf = ({ runId, key }: Unsent): string => runId ?? key;

/** Returns GitHub's id of the check run; null for other messages. */
const deliver = async (github: GitHub, { message, checkRunId }: Posted): Promise<number | null> => {
  const { repository } = message;
  switch (message.is) {
    case "check-run":
      if (checkRunId === null) return github.createCheckRun(repository, message.checkRun);
      await github.updateCheckRun(repository, checkRunId, message.checkRun);
      return checkRunId;
    case "comment":
      await github.comment(repository, message.issue, message.body, message.key);
      return null;
    case "reaction":
      await github.react(repository, message.commentId, message.reaction);
      return null;
  }
};
