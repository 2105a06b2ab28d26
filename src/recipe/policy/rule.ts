/**
 * One thing that a recipe may not ask for: data beside one pure check, so that docs/policy.md is written from the rules
 * themselves. Invariant: a refusal shows no path of our host.
 */
import type { Asked } from "./asked.ts";
import type { RecipePolicy } from "./policy.ts";

export type Rule = {
  name: string;
  /** What is refused, in one line. */
  refuses: string;
  why: string;
  /** What to write, as a sentence goes on after "or". */
  instead: string;
  check: (asked: Asked, policy: RecipePolicy) => readonly Refusal[];
};

export type Refusal = {
  /** A dotted path as in the compose files. */
  path: string;
  /** The value by which an exception knows it. */
  what: string;
  /** As a sentence, without its end. */
  says: string;
  /** A piece of the text that stands in the file where it is asked for; the key's own line where none does. */
  written?: string;
};
