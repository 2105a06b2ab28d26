/** Quantiles by the nearest rank: a value that was really measured, and the greatest of them where there are few. */
export const quantile = (values: readonly number[], share: number): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
};
export const known = (values: readonly (number | null)[]): number[] => values.filter((v) => v !== null);

/** mulberry32, a small generator that a seed makes repeatable: https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const shuffled = <T>(things: readonly T[], random: () => number): T[] => {
  const rest = [...things];
  const drawn: T[] = [];
  while (rest.length > 0) drawn.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return drawn;
};
