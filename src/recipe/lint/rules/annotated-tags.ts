import { compareReleases, parseRelease } from "../../release.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";

/** abra's R014. */
export const annotatedTags: Rule = {
  name: "annotated-tags",
  severity: "error",
  asks: "Release tags are annotated",
  why: "abra refuses to deploy a recipe that has a lightweight release tag, unless it is told to deploy whatever is checked out.",
  instead:
    "Make such a tag anew as an annotated one, at the same commit, and push it: `git tag -a`, as `abra recipe release` does.",
  check: ({ tags }) => {
    const releases = tags.flatMap((tag) => {
      const release = parseRelease(tag.name);
      return release === null ? [] : [{ ...tag, release }];
    });
    if (releases.length === 0) return "not-applicable";
    return releases
      .filter(({ isAnnotated }) => !isAnnotated)
      .toSorted((a, b) => compareReleases(a.release, b.release))
      .map(({ name }) => ({
        file: `refs/tags/${name}`,
        line: null,
        message: `the release ${shown(name)} is a lightweight tag: make it anew with ${shown(`git tag -f -a -m ${name} ${name} ${name}^{}`)} and push it with ${shown(`git push --force origin refs/tags/${name}`)}`,
      }));
  },
};
