/**
 * Whether the rules can look at the files at all. Docker's parser is more patient than this one, and takes larger files.
 */
import type { Rule } from "../rule.ts";

export const composeReadable: Rule = {
  name: "compose-readable",
  severity: "error",
  asks: "The compose files can be read by other programs than docker",
  why: "A file that only docker can read can be checked by nobody: where this rule is broken, the others say nothing.",
  instead: "Write plain YAML of a size that people can read.",
  check: ({ compose, sources }) =>
    compose.flatMap(({ source, file }) => {
      const isEmpty = source.document === null && (sources.get(file) ?? "").trim() === "";
      if (isEmpty || (source.document !== null && source.broken === null)) return [];
      const reason = source.broken?.reason.replaceAll("`", "'") ?? "it is too large";
      return [{ file, line: source.broken?.line ?? null, message: `this file cannot be read: ${reason}` }];
    }),
};
