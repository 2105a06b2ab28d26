/** How long a stage and a run may take. Past it they end at their next safe point, are taken away, and say what they waited for. */
import { USUAL_TIMEOUT_MS } from "../recipe/stack-config.ts";
import type { StageName } from "../stages/stage.ts";
import { Fault } from "../verdict/fault.ts";

/** A timer that is to wait for longer fires at once, and a recipe may ask for as long as it likes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type StageDeadline = {
  /** Aborts with a Fault. */
  signal: AbortSignal;
  doing: (what: string) => void;
  /** A rollout may take that long by the recipe's own word; the limit grows by what is more than usual. */
  allow: (ms: number) => void;
  clear: () => void;
};

export const stageDeadline = (stage: StageName, limitMs: number): StageDeadline => {
  const ending = new AbortController();
  const begunMs = performance.now();
  let endMs = begunMs + limitMs;
  let last = "getting ready";
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const leftMs = Math.min(endMs - performance.now(), LONGEST_TIMER_MS);
    timer = setTimeout(() => ending.abort(tooLong(stage, endMs - begunMs, last)), leftMs);
    timer.unref();
  };
  arm();
  return {
    signal: ending.signal,
    doing(what) {
      last = what;
    },
    allow(ms) {
      if (ms <= USUAL_TIMEOUT_MS) return;
      endMs += ms - USUAL_TIMEOUT_MS;
      clearTimeout(timer);
      arm();
    },
    clear: () => clearTimeout(timer),
  };
};

const tooLong = (stage: StageName, ms: number, last: string): Fault =>
  new Fault(
    "bot",
    `The ${stage} stage did not end within ${minutes(ms)}; it was ${last}`,
    "A recipe that needs longer says so in its `timeout` label or TIMEOUT; the bot's own limit is STAGE_TIMEOUT.",
  );

/** Aborts `ending` with a Fault when a run has been at work for that long; the returned function calls it off. */
export const endRunAfter = (ending: AbortController, limitMs: number, last: () => string): (() => void) => {
  const timer = setTimeout(
    () =>
      ending.abort(
        new Fault(
          "bot",
          `The run did not end within ${minutes(limitMs)}; it was ${last()}`,
          "The bot's limit for a whole run is RUN_TIMEOUT.",
        ),
      ),
    limitMs,
  );
  timer.unref();
  return () => clearTimeout(timer);
};

const minutes = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
