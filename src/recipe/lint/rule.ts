/**
 * What a convention is, and what comes of holding a recipe against it. A rule is data beside one pure check, so that the
 * reference of all rules is written from the rules themselves. Invariant: a rule says nothing about a recipe that has nothing of what it
 * is about (`not-applicable`), and each remark says what is wrong and what to write instead.
 */
import type { Reading } from "./reading.ts";
import type { LintRemark } from "./remark.ts";

export type Severity = "error" | "warning";

export type Rule = {
  name: string;
  severity: Severity;
  /** What a recipe that keeps it does, in one line. */
  asks: string;
  why: string;
  /** What to write. */
  instead: string;
  check: (reading: Reading) => readonly LintRemark[] | "not-applicable";
};

export type LintResult = {
  rule: string;
  status: "kept" | "broken" | "not-applicable";
  severity: Severity;
  remarks: readonly LintRemark[];
};
export type LintReport = { rules: readonly LintResult[] };
