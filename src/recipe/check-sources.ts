/**
 * What can be said of compose files without docker: whether they are YAML, and whether there is an `app`.
 * Left out on purpose: whether docker takes them. It decides, and is a little more patient with YAML than this parser:
 * ask docker first, and this only to find the place of what docker refused.
 */
import type { Complaint, Sources } from "./complaint.ts";
import { placed } from "./place.ts";
import { readSource, type Source } from "./yaml-source.ts";

export const readSources = (sources: Sources): Source[] =>
  [...sources].map(([file, text]) => readSource(file, text));

/** Files that are no YAML, each with its first error. */
export const parseSources = (sources: Sources): Complaint[] => readSources(sources).flatMap(brokenOf);

export const brokenOf = ({ file, broken }: Source): Complaint[] =>
  broken === null ? [] : [{ file, line: broken.line, reason: `not valid YAML: ${broken.reason}` }];

/** Labels, stamp and verdict all hang on a service of this name; `services` are those of the merged stack. */
export function checkAppService(services: readonly string[], sources: Sources): Complaint | null {
  if (services.includes("app")) return null;
  const there = services.length === 0 ? "none at all" : services.toSorted().join(", ");
  return placed(readSources(sources), "services", `no service is called \`app\` (there is: ${there})`);
}
