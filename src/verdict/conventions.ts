/**
 * Which conventions a recipe does not keep, as the record of its lint says. They change no verdict; what they demand holds the level
 * down, and what they only advise is told.
 */
import type { Severity } from "../recipe/lint/rule.ts";
import type { Observation } from "./observation.ts";
import type { Unproven } from "./unproven.ts";

/** By name, in the order in which they were asked. */
export const brokenRules = (seen: readonly Observation[], of: Severity): readonly string[] =>
  seen
    .flatMap((o) => (o.is === "linted" ? o.report.rules : []))
    .flatMap(({ rule, status, severity }) => (status === "broken" && severity === of ? [rule] : []));

/** Null where they were looked at. */
export const unprovenLint = (seen: readonly Observation[]): Unproven | null =>
  seen.some((o) => o.is === "linted")
    ? null
    : { is: "unverified", reason: "nobody has held the recipe against the conventions" };
