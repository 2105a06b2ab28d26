/**
 * A branch that was left behind by a release. A warning, since whoever brings it up to date mends it without a thought.
 */
import { compareReleases, parseRelease } from "../../release.ts";
import { remarkOnEntry } from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { versionLabelOf } from "./version-label.ts";

export const versionBehind: Rule = {
  name: "version-behind",
  severity: "warning",
  asks: "The version label is not older than the newest release",
  why: "Merged like this, what is deployed would call itself an older version than what people already run.",
  instead: "Bring the branch up to date, and raise the version label.",
  check: (reading) => {
    const newest = reading.tags
      .flatMap(({ name }) => parseRelease(name) ?? [])
      .toSorted(compareReleases)
      .at(-1);
    const label = versionLabelOf(reading);
    const version = parseRelease(label?.value ?? "");
    if (newest === undefined || label === null || version === null) return "not-applicable";
    return compareReleases(version, newest) >= 0
      ? []
      : [
          remarkOnEntry(
            label,
            `the version ${shown(version.tag)} is older than the newest release, ${shown(newest.tag)}: raise it above that`,
          ),
        ];
  },
};
