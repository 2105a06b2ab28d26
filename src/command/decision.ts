/** One line of the audit log: who wanted what of which commit, and what came of it by what. */
import type { May, Permit } from "./who-may.ts";

export type Decision = {
  at: string;
  who: string;
  /** `unclear`: a command that means nothing, which is told only to those who might run one. */
  what: Permit | "unclear";
  /** `owner/name`. */
  repository: string;
  pull: number;
  /** The commit that it was about; null where there is none, such as a cancel of nothing. */
  commit: string | null;
  outcome: May["is"];
  because: string;
  /** The run that came of it. */
  runId: string | null;
};
