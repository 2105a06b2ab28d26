/** Whether something ends in time. */
import { setTimeout as delay } from "node:timers/promises";

/** Rejects with the signal's reason where that comes first. */
export const endsWithin = async (
  end: Promise<unknown>,
  ms: number,
  signal: AbortSignal,
): Promise<boolean> => {
  const over = new AbortController();
  try {
    const either = AbortSignal.any([over.signal, signal]);
    return await Promise.race([end.then(() => true), delay(ms, false, { signal: either })]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
  }
};
