/**
 * A self-check told: the name that each verdict has, and a table of what was brought about beside what it was called. A name
 * says the finding, its cause or kind where it has one, and whether the record told that events were missed.
 */
import type { StageResult } from "../run/stage-result.ts";
import type { Cause, Finding } from "../verdict/finding.ts";
import { rolloutsIn } from "../verdict/rollout.ts";
import { oneLine } from "./markdown.ts";

export type Outcome = {
  mutant: string;
  /** What was brought about, in words. */
  caused: string;
  /** The name that it has to get, and the one that it got. */
  expected: string;
  named: string;
  seconds: number;
};
export const isRight = ({ expected, named }: Outcome): boolean => expected === named;

export const nameOf = ({ verdict, observations }: StageResult): string => {
  switch (verdict.is) {
    case "pass":
    case "skipped":
    case "unverified":
      return verdict.is;
    case "cancelled":
      return `cancelled: ${verdict.by}`;
    case "inconclusive":
      return oneLine(`inconclusive: ${verdict.fault.message}`);
    case "fail": {
      const hasGap = rolloutsIn(observations).some((r) =>
        r.notCaptured.some((m) => m.what === "engine events"),
      );
      return verdict.findings.map(findingName).join(" and ") + (hasGap ? ", events missed" : "");
    }
  }
};

const findingName = (finding: Finding): string => {
  if (finding.is === "stamp-mismatch") return `stamp-mismatch: ${finding.how}`;
  if (finding.is === "rolled-back" && finding.by === "person") return "rolled-back by a person";
  if (finding.is === "rolled-back") return `rolled-back by Swarm: ${causeName(finding.cause)}`;
  return "cause" in finding ? `${finding.is}: ${causeName(finding.cause)}` : finding.is;
};

const causeName = (cause: Cause): string => (cause.is === "exited" ? `exited ${cause.code}` : cause.is);

export const outcomeLine = (outcome: Outcome): string =>
  `${sign(outcome)} ${outcome.mutant}: ${namedWords(outcome)}`;

const sign = (outcome: Outcome): string => (isRight(outcome) ? "✔" : "✘");
const namedWords = (outcome: Outcome): string =>
  isRight(outcome) ? outcome.named : `${outcome.named} (must be: ${outcome.expected})`;

/** In columns, for a terminal. */
export const tableOf = (outcomes: readonly Outcome[]): string => {
  const rows = outcomes.map((o) => [`${sign(o)} ${o.mutant}`, o.caused, namedWords(o), o.seconds.toFixed(1)]);
  const all = [["  mutant", "caused", "named", "seconds"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
};

/** The object of `testme selfcheck --json`, for scripts. */
export const selfcheckJson = (outcomes: readonly Outcome[]) => ({
  ok: outcomes.every(isRight),
  mutants: outcomes.map((o) => ({ ...o, ok: isRight(o) })),
});
