/** The rows of all trials for people: a line per scenario, then who caught the old spec, then every wrong name of ours. */
import type { Row } from "./measure.ts";
import { known, quantile } from "./statistics.ts";
import { summaryOf } from "./summary.ts";

export const tableOf = (rows: readonly Row[]): string => {
  const names = [...new Map(rows.map((row) => [row.scenario.name, row.scenario])).keys()];
  const of = (name: string) => rows.filter((row) => row.scenario.name === name);
  const { captured } = summaryOf(rows);
  return [
    aligned([
      [
        "scenario",
        "caused",
        "trials",
        "wrong:",
        "ours",
        "CLI",
        "1 s",
        "5 s",
        "delay ms p50",
        "p99",
        "max",
        "ours-CLI ms p50",
        "p99",
      ],
      ...names.map((name) => line(name, of(name))),
    ]),
    aligned([
      ["PreviousSpec captured", "of", "ours", "1 s", "5 s"],
      ...Object.entries(captured).map(([way, c]) => [way, ...[c.of, c.ours, c.poll1s, c.poll5s].map(String)]),
    ]),
    ...confusions(rows),
  ].join("\n\n");
};

const line = (name: string, rows: readonly Row[]): string[] => {
  const wrong = (who: keyof Row["isWrong"]) => String(rows.filter((row) => row.isWrong[who]).length);
  const delays = known(rows.map((row) => row.delayMs));
  const behind = known(rows.map((row) => row.behindCliMs));
  return [
    name,
    rows[0]?.scenario.expect ?? "",
    String(rows.length),
    "",
    wrong("ours"),
    wrong("cli"),
    wrong("poll1s"),
    wrong("poll5s"),
    ...[quantile(delays, 0.5), quantile(delays, 0.99), quantile(delays, 1)].map(inMs),
    ...[quantile(behind, 0.5), quantile(behind, 0.99)].map(inMs),
  ];
};

const inMs = (value: number | null): string => (value === null ? "-" : value.toFixed(0));

const confusions = (rows: readonly Row[]): string[] => {
  const counts = new Map<string, number>();
  for (const row of rows.filter((r) => r.isWrong.ours)) {
    const confusion = `${row.scenario.name}: caused "${row.scenario.expect}", named "${row.name}"`;
    counts.set(confusion, (counts.get(confusion) ?? 0) + 1);
  }
  if (counts.size === 0) return ["Every name of ours was the one that had been caused."];
  return [["Wrong names of ours:", ...[...counts].map(([what, n]) => `${n} × ${what}`)].join("\n")];
};

/** Words to the left, numbers to the right. */
const aligned = (cells: readonly (readonly string[])[]): string => {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number, isHead: boolean) => {
    const width = widths[column] ?? 0;
    const isText = isHead ? column < 2 : !/^-?\d*$/.test(cell) && cell !== "-";
    return isText ? cell.padEnd(width) : cell.padStart(width);
  };
  return cells
    .map((row, index) =>
      row
        .map((cell, column) => pad(cell, column, index === 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};
