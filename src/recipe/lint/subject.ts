/** What is held against the conventions: text and facts, all of them read before. */
import type { Sources } from "../complaint.ts";
import type { StackConfig } from "../stack-config.ts";

/** All that rules may see. */
export type LintSubject = {
  /** The recipe's name, as `TYPE=` gives it. */
  recipe: string;
  /** The stack under whose name `config` was made. */
  stack: string;
  /** Compose files in the order in which docker merges them. */
  sources: Sources;
  /** Other files by path, those of `filesToLint` and the ones that configs are made of; one that is missing is not in it. */
  files: ReadonlyMap<string, string>;
  config: Pick<StackConfig, "services" | "references" | "externalNetworks" | "externalSecrets">;
  tags: readonly { name: string; isAnnotated: boolean }[];
};
