/**
 * The commit that an upgrade may start from because a whole run has shown it good: the newest that the target branch has by now.
 * What was green and never merged is nobody's base, and neither is the commit under test itself.
 */
import type { Git, Mirror } from "../git/git.ts";
import { type Commit, short } from "../recipe/commit.ts";
import type { Ref } from "../recipe/release.ts";

export const lastGreen = async (
  git: Pick<Git, "isAncestor">,
  mirror: Mirror,
  /** Newest first. */
  greens: readonly { head: Commit }[],
  head: Commit,
  targetTip: Ref | null,
): Promise<Ref | null> => {
  if (targetTip === null) return null;
  for (const { head: commit } of greens) {
    if (commit === head) continue;
    if (await git.isAncestor(mirror, commit, targetTip.commit)) return { ref: short(commit), commit };
  }
  return null;
};
