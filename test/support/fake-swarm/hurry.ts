/**
 * Time that runs fast, for tests of things that wait: every timer of this process comes early, and `now` agrees with it.
 * Guards keep their length, since they end what hangs and nobody waits for them; the shortest is Probot's, which answers
 * a webhook after nine seconds whether it is handled or not. Left out on purpose: the system's own clock (tokens expire
 * by it) and `node:timers`.
 */
const SPEED = 25;
const GUARD_MS = 9_000;

const slow = { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval };
let began: { atMs: number; ticks: number } | null = null;

/** Once is enough for a process, and more does no harm. */
export const hurry = (): void => {
  if (began !== null) return;
  began = { atMs: Date.now(), ticks: performance.now() };
  const early = (ms: number | undefined) => (ms !== undefined && ms < GUARD_MS ? ms / SPEED : ms);
  globalThis.setTimeout = Object.assign(
    (work: () => void, ms?: number, ...words: []) => slow.setTimeout(work, early(ms), ...words),
    slow.setTimeout,
  );
  globalThis.setInterval = Object.assign(
    (work: () => void, ms?: number, ...words: []) => slow.setInterval(work, early(ms), ...words),
    slow.setInterval,
  );
};

export const now = (): Date =>
  began === null ? new Date() : new Date(Math.round(began.atMs + (performance.now() - began.ticks) * SPEED));
