/**
 * When a waiting run will probably begin: from how long its stages took lately, and who is before it. A guess, told as one; null
 * where nothing is known to guess from.
 */
import type { Past, Waiting } from "./order.ts";

/** How many of the last times of a stage count. */
const LATELY = 9;

/** `past` newest first. The repository's own times where there are such, else everybody's. */
export const lengthOf = (
  { run, repository }: Pick<Waiting, "run" | "repository">,
  past: readonly Past[],
): number | null => {
  let sum = 0;
  for (const stage of run.stages) {
    const same = past.filter((one) => one.stage === stage);
    const own = same.filter((one) => one.repository === repository);
    const middle = median((own.length > 0 ? own : same).slice(0, LATELY).map(({ ms }) => ms));
    if (middle === null) return null;
    sum += middle;
  }
  return sum;
};

/**
 * Milliseconds from now until each of the line begins. `working`: how long those at work will still take; `places`: how many
 * may work at once.
 */
export const beginningsOf = (
  line: readonly (number | null)[],
  working: readonly (number | null)[],
  places: number,
): (number | null)[] => {
  const free: (number | null)[] = [
    ...working,
    ...Array<number>(Math.max(0, places - working.length)).fill(0),
  ];
  return line.map((length) => {
    if (free.includes(null)) return null;
    const begins = Math.min(...free.map((ms) => ms ?? 0));
    free[free.indexOf(begins)] = length === null ? null : begins + length;
    return begins;
  });
};

const median = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
