/**
 * The same `version:` everywhere. Docker itself refuses two different ones, and a number; a file that has none passes, as
 * long as it is alone.
 */
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { at, textOf } from "../written.ts";

export const composeVersion: Rule = {
  name: "compose-version",
  severity: "warning",
  asks: "Each compose file says the same `version:`",
  why: "Docker merges files of one version only, and a file without a version has one that no other is likely to have: an overlay that says `3.8` cannot be laid over it.",
  instead: 'Begin each compose file with `version: "3.8"`, in quotes, since docker takes no number there.',
  check: ({ compose }) => {
    const versions = compose.map((root) => ({ root, version: textOf(at(root, "version")) }));
    const first = versions.find(({ version }) => version !== null)?.version ?? "3.8";
    return versions.flatMap(({ root, version }) => {
      if (version === first) return [];
      const said =
        version === null ? "this file says no `version`" : `this file says \`version\` ${shown(version)}`;
      const message = `${said}: write ${shown(`version: "${first}"`)}, as all files of the recipe should`;
      return [{ file: root.file, line: at(root, "version")?.line ?? null, message }];
    });
  },
};
