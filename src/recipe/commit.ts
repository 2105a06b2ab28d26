/**
 * A commit is known by its full 40 hex digits and by nothing shorter. A missing or short name is an error and
 * never a pass: an earlier harness compared with "no head at all", and its upgrade check was green for days.
 */
import * as z from "zod";

export const Commit = z
  .string()
  .regex(/^[0-9a-f]{40}$/, "a commit is 40 lower-case hex digits")
  .brand<"Commit">();
export type Commit = z.infer<typeof Commit>;

/** The 8 hex digits that a stamp carries and that people read. */
export const short = (commit: Commit): string => commit.slice(0, 8);
