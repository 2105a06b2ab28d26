/** What has to be looked after again and again: now, and each hour, until the signal. A round that takes longer is not joined by a second. */
const EVERY_MS = 3_600_000;

export type Hourly = {
  /** Resolves when no round is under way. */
  settled(): Promise<void>;
};

/** `round` never rejects: what goes wrong in it is tried again an hour later. */
export const hourly = (round: () => Promise<void>, signal: AbortSignal): Hourly => {
  let underWay: Promise<void> | null = null;
  const begin = () => {
    underWay ??= round().finally(() => {
      underWay = null;
    });
  };
  begin();
  const timer = setInterval(begin, EVERY_MS);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return { settled: async () => void (await underWay) };
};
