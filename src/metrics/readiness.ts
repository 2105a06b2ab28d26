/**
 * Whether a command that comes in at this moment could be kept and worked on: the store is open, and the engine answers. A
 * check that anyone made and the engine answered is good for a minute; after one that failed the engine is asked anew. GitHub
 * is left out: the bot outlives its absence. Who asks may be anybody, so the answer names no path and no address; `hear` is told more.
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
  hear: (error: unknown) => void,
  pause = (ms: number): Promise<unknown> => delay(ms, undefined, { ref: false }),
): Readiness => {
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  /** One at a time, however many ask. */
  let asking: Promise<string | null> | null = null;
  const late = async (who: string): Promise<string> => {
    await pause(ANSWERS_WITHIN_MS);
    return `${who} did not answer within ${ANSWERS_WITHIN_MS / 1_000} s.`;
  };
  /** For an answer in words of ours. */
  const but = (words: string) => (error: unknown) => {
    hear(error);
    return words;
  };
  const ask = (swarm: Pick<Swarm, "check">): Promise<string | null> =>
    swarm
      .check()
      .then(() => null, but("The engine does not answer, or is not ready."))
      .finally(() => {
        asking = null;
      });
  return {
    onCheck(isAnswered) {
      answeredAtMs = isAnswered ? now().getTime() : Number.NEGATIVE_INFINITY;
    },
    async whyNot(swarm) {
      const closed = await Promise.race([
        store.openRuns().then(() => null, but("The store is not open.")),
        late("The store"),
      ]);
      if (closed !== null) return closed;
      if (now().getTime() - answeredAtMs < GOOD_FOR_MS) return null;
      asking ??= ask(swarm);
      return Promise.race([asking, late("The engine")]);
    },
  };
};
