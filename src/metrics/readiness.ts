/**
 * Whether a command that comes in at this moment could be kept and worked on: the store is open, and the engine answers. A
 * check that anyone made and the engine answered is good for a minute; after one that failed the engine is asked anew. GitHub
 * is left out: the bot outlives its absence.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Store } from "../store/store.ts";
import type { Swarm } from "../swarm/swarm.ts";

const GOOD_FOR_MS = 60_000;
const ANSWERS_WITHIN_MS = 2_000;

export type Readiness = {
  onCheck: (isAnswered: boolean) => void;
  /** Null where all is ready. */
  whyNot: (swarm: Pick<Swarm, "check">) => Promise<string | null>;
};

export const createReadiness = (
  store: Pick<Store, "openRuns">,
  now: () => Date,
  pause = (ms: number): Promise<unknown> => delay(ms, undefined, { ref: false }),
): Readiness => {
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  /** One at a time, however many ask. */
  let asking: Promise<string | null> | null = null;
  const late = async (who: string): Promise<string> => {
    await pause(ANSWERS_WITHIN_MS);
    return `${who} did not answer within ${ANSWERS_WITHIN_MS / 1_000} s`;
  };
  const ask = (swarm: Pick<Swarm, "check">): Promise<string | null> =>
    swarm
      .check()
      .then(() => null, oneLine)
      .finally(() => {
        asking = null;
      });
  return {
    onCheck(isAnswered) {
      answeredAtMs = isAnswered ? now().getTime() : Number.NEGATIVE_INFINITY;
    },
    async whyNot(swarm) {
      const closed = await Promise.race([openOf(store), late("The store")]);
      if (closed !== null) return closed;
      if (now().getTime() - answeredAtMs < GOOD_FOR_MS) return null;
      asking ??= ask(swarm);
      return Promise.race([asking, late("The engine")]);
    },
  };
};

const openOf = (store: Pick<Store, "openRuns">): Promise<string | null> =>
  store.openRuns().then(
    () => null,
    (error: unknown) => `The store is not open: ${oneLine(error)}`,
  );

const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ");
