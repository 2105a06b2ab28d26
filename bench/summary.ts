/** The rows of all trials, summed up: one JSON object for machines. Delays under load are in the table and not in here. */
import type { Row } from "./measure.ts";
import { known, quantile } from "./statistics.ts";

type Captured = { of: number; ours: number; poll1s: number; poll5s: number };

export const summaryOf = (rows: readonly Row[]) => {
  const wrong = (who: keyof Row["isWrong"]) => rows.filter((row) => row.isWrong[who]).length;
  const delays = known(rows.filter((row) => !row.scenario.isUnderLoad).map((row) => row.delayMs));
  return {
    scenarios: new Set(rows.map((row) => row.scenario.name)).size,
    trials: rows.length,
    wrong: wrong("ours"),
    wrongBy: { cli: wrong("cli"), poll1s: wrong("poll1s"), poll5s: wrong("poll5s") },
    captured: capturedIn(rows),
    verdictDelayMs: { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) },
  };
};

const capturedIn = (rows: readonly Row[]): Record<string, Captured> => {
  const ways = new Set(rows.flatMap((row) => row.scenario.way ?? []));
  return Object.fromEntries(
    [...ways].map((way) => {
      const those = rows.filter((row) => row.scenario.way === way);
      const by = (who: keyof Row["captured"]) => those.filter((row) => row.captured[who]).length;
      return [way, { of: those.length, ours: by("ours"), poll1s: by("poll1s"), poll5s: by("poll5s") }];
    }),
  );
};
