/**
 * Nothing found is not yet proof: a stage that had nothing to look at claims nothing. "skipped" is on purpose, by the recipe's own
 * structure or word; "unverified" is what nobody has shown. Pure.
 */
import type { StageName } from "../stages/stage.ts";
import { unprovenLint } from "./conventions.ts";
import { unprovenBackup, unprovenRestore } from "./data-rules.ts";
import type { Finding } from "./finding.ts";
import type { Observation } from "./observation.ts";
import { unprovenTests } from "./own-test-rules.ts";
import type { Unproven } from "./unproven.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** Of a stage that found nothing wrong; null where its record proves what it claims. */
const unproven = (stage: StageName, seen: readonly Observation[]): Unproven | null => {
  switch (stage) {
    case "install":
    case "upgrade":
      return null;
    case "lint":
      return unprovenLint(seen);
    case "backup":
      return unprovenBackup(seen);
    case "restore":
      return unprovenRestore(seen);
    case "custom":
      return unprovenTests(seen);
  }
};

/** What findings make of a stage, and the record where there are none. */
export const provenVerdict = (
  stage: StageName,
  seen: readonly Observation[],
  findings: readonly Finding[],
): Verdict | Unproven => {
  const verdict = verdictOf(findings);
  return verdict.is === "pass" ? (unproven(stage, seen) ?? verdict) : verdict;
};
