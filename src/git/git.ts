/**
 * Git, as far as a run needs it: one bare mirror per repository, and a private tree per run. Commits are only ever named
 * in full. A repository that does not answer is a Fault of party "git".
 */
import type { Commit } from "../recipe/commit.ts";

/** Where to fetch from. The token lives in memory only: never on disk, in an argument list or in a log. */
export type Remote = { url: string; token: string | null };
export type Mirror = { directory: string };
export type Tag = { name: string; commit: Commit };

export interface Git {
  /** Brings the mirror up to date with the remote's branches, tags and pull-request heads. */
  fetch(remote: Remote): Promise<Mirror>;
  /** The commit that a tag, branch, abbreviation, full name or HEAD stands for; null if the mirror has none. */
  resolve(mirror: Mirror, ref: string): Promise<Commit | null>;
  tags(mirror: Mirror): Promise<Tag[]>;
  /** A new tree of its own at `directory`, at that commit. */
  addTree(mirror: Mirror, directory: string, commit: Commit): Promise<void>;
  /** Moves the tree to another commit; nothing of the old one stays behind. */
  moveTree(directory: string, commit: Commit): Promise<void>;
  /** What the tree holds, asked of git afterwards: the only source of a stamp. */
  headOf(directory: string): Promise<{ commit: Commit; isDirty: boolean }>;
  /** A file of the commit the tree is at, by git's own copy: links are not followed. Null if there is none. */
  readFile(directory: string, path: string): Promise<string | null>;
  removeTree(mirror: Mirror, directory: string): Promise<void>;
}
