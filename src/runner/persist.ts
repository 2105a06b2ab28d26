/** Again and again while GitHub's trouble may pass, at GitHub's own pace where it names one; with a signal, until that. */
import { setTimeout as delay } from "node:timers/promises";
import pRetry from "p-retry";
import type { GitHub } from "../github/github.ts";

export const persist = <T>(
  github: Pick<GitHub, "isPassing" | "retryAfterMs">,
  call: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> =>
  pRetry(call, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 1_000,
    maxTimeout: 60_000,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => github.isPassing(error),
    onFailedAttempt: async ({ error }) => {
      const waitMs = github.isPassing(error) ? github.retryAfterMs(error) : null;
      if (waitMs !== null) await delay(waitMs, undefined, { signal });
    },
  });
