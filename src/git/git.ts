/**
 * Git, as far as a run needs it: one bare mirror per repository, and a private tree per run. Commits are only ever named
 * in full. A repository that does not answer is a Fault of party "git".
 */
import type { Commit } from "../recipe/commit.ts";

/** Where to fetch from. The token lives in memory only: never on disk, in an argument list or in a log. */
export type Remote = { url: string; token: string | null };
export type Mirror = { directory: string };
/** `isAnnotated`: it is an object of its own, with a message, and not only a name. */
export type Tag = { name: string; commit: Commit; isAnnotated: boolean };

export interface Git {
  /** Where that repository's mirror is, or will be. Who fetches or tidies one takes turns by its directory. */
  mirrorOf(url: string): Mirror;
  /** Brings the mirror up to date with the remote's branches, tags and pull-request heads. */
  fetch(remote: Remote): Promise<Mirror>;
  /** The commit that a tag, branch, abbreviation, full name or HEAD stands for; null if the mirror has none. */
  resolve(mirror: Mirror, ref: string): Promise<Commit | null>;
  tags(mirror: Mirror): Promise<Tag[]>;
  /** Whether everything that this commit is stands in that one's history too; a commit that the mirror has not does not. */
  isAncestor(mirror: Mirror, commit: Commit, of: Commit): Promise<boolean>;
  /** A file as it was at that commit, by git's own copy: links are not followed. Null if there is none. */
  show(mirror: Mirror, commit: Commit, path: string): Promise<string | null>;
  /** A new tree of its own at `directory`, at that commit. */
  addTree(mirror: Mirror, directory: string, commit: Commit): Promise<void>;
  /** A repository of its own at `directory`, at that commit of a tree's: for programs that cannot read a tree of a mirror. */
  cloneTree(tree: string, directory: string, commit: Commit): Promise<void>;
  /** Moves the tree to another commit; nothing of the old one stays behind. */
  moveTree(directory: string, commit: Commit): Promise<void>;
  /** What the tree holds, asked of git afterwards: the only source of a stamp. */
  headOf(directory: string): Promise<{ commit: Commit; isDirty: boolean }>;
  /** A file of the commit the tree is at, by git's own copy: links are not followed. Null if there is none. */
  readFile(directory: string, path: string): Promise<string | null>;
  /** Which of these paths of the commit the tree is at are links or submodules. In the tree a link lies as a text, its target. */
  linksAmong(directory: string, paths: readonly string[]): Promise<readonly string[]>;
  removeTree(mirror: Mirror, directory: string): Promise<void>;
  /** All there are, whoever needs them. */
  mirrors(): Promise<readonly Mirror[]>;
  /**
   * Before anything works, and with nobody else there: takes away what a git that was killed has left. A mirror that git cannot
   * read is given up, and the next fetch makes it anew; true where it was.
   */
  mend(mirror: Mirror): Promise<boolean>;
  /**
   * Not while it is fetched. Collects garbage where there is enough of it; gives a mirror up that has no tree and was not
   * fetched for `keepMs`, and is true where it did.
   */
  tidy(mirror: Mirror, now: Date, keepMs: number): Promise<boolean>;
}
