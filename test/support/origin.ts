/** A bare repository whose commits are put together object by object, so that they may hold what no work tree would. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Commit } from "../../src/recipe/commit.ts";

/** `of` is the id of a blob or of a tree. */
type Entry = { mode: "100644" | "100755" | "120000" | "160000" | "40000"; of: string; name: string };

export const openOrigin = (folder: string, name = "origin") => {
  const url = join(folder, `${name}.git`);
  const who = {
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@x",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@x",
  };
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null", ...who };
  const git = (args: string[], input: string | Buffer = "") =>
    execFileSync("git", args, { env, input, ...(args[0] !== "init" && { cwd: url }) })
      .toString()
      .trim();
  git(["init", "--quiet", "--bare", "--initial-branch=main", url]);
  const blob = (content: string | Buffer): string => git(["hash-object", "-w", "--stdin"], content);
  /** As the bytes of a tree are, since `git mktree` refuses some names. */
  const tree = (entries: readonly Entry[]): string =>
    git(
      ["hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
      Buffer.concat(
        entries.map(({ mode, of, name: called }) =>
          Buffer.concat([Buffer.from(`${mode} ${called}\0`), Buffer.from(of, "hex")]),
        ),
      ),
    );
  return {
    url,
    git,
    blob,
    tree,
    /** Plain files in one folder. */
    flat: (files: Readonly<Record<string, string | Buffer>>): string =>
      tree(
        Object.keys(files)
          .toSorted()
          .map((called) => ({ mode: "100644", of: blob(files[called] ?? ""), name: called })),
      ),
    /** A commit of that tree, to which the branch points from then on. */
    put(id: string, { branch = "main", parent }: { branch?: string; parent?: string } = {}): Commit {
      const commit = git(["commit-tree", "-m", "x", ...(parent ? ["-p", parent] : []), id]);
      git(["update-ref", `refs/heads/${branch}`, commit]);
      return Commit.parse(commit);
    },
  };
};
