/** What a commit can do to the tree that is made of it: a real git, and repositories that try. */
import { execFileSync } from "node:child_process";
import { lstat, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { gitOnDisk } from "../../../src/git/simple-git.ts";
import { Commit } from "../../../src/recipe/commit.ts";

const LINK = "120000";
const FILE = "100644";

/** A tree of one commit that holds these entries, made without a work tree. */
const treeOf = async (entries: readonly { mode: string; path: string; text: string | Buffer }[]) => {
  const folder = await mkdtemp(join(tmpdir(), "testme-hostile-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const origin = join(folder, "origin.git");
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: "/dev/null",
    ...{ GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@x", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@x" },
  };
  const git = (args: string[], input: string | Buffer = "") =>
    execFileSync("git", args, { env, input, ...(args[0] !== "init" && { cwd: origin }) })
      .toString()
      .trim();
  git(["init", "--quiet", "--bare", "--initial-branch=main", origin]);
  const rows = entries.map(({ mode, path, text }) => {
    const id = mode === "160000" ? "1".repeat(40) : git(["hash-object", "-w", "--stdin"], text);
    return `${mode} ${mode === "160000" ? "commit" : "blob"} ${id}\t${path}\n`;
  });
  const commit = git(["commit-tree", "-m", "x", git(["mktree", "--missing"], rows.join(""))]);
  git(["update-ref", "refs/heads/main", commit]);
  const edge = gitOnDisk(join(folder, "mirrors"), process.env.PATH ?? "");
  const mirror = await edge.fetch({ url: origin, token: null });
  const directory = join(folder, "tree");
  await edge.addTree(mirror, directory, Commit.parse(commit));
  return { edge, folder, directory, commit: Commit.parse(commit) };
};

test("a link is a text in the tree, in a clone of it too, and is known for a link", async () => {
  const { edge, folder, directory, commit } = await treeOf([
    { mode: LINK, path: "compose.yml", text: "/etc/passwd" },
    { mode: LINK, path: "conf", text: "/etc" },
    { mode: FILE, path: "plain.yml", text: "a: b\n" },
    { mode: "160000", path: "sub", text: "" },
  ]);
  expect((await lstat(join(directory, "compose.yml"))).isSymbolicLink()).toBe(false);
  expect(await readFile(join(directory, "compose.yml"), "utf8")).toBe("/etc/passwd");
  expect(await readFile(join(directory, "conf", "passwd")).catch(() => null)).toBe(null);
  expect(await edge.linksAmong(directory, ["compose.yml", "conf", "plain.yml", "sub", "lost"])).toEqual([
    "compose.yml",
    "conf",
    "sub",
  ]);
  expect(await edge.headOf(directory)).toEqual({ commit, isDirty: false });
  const clone = join(folder, "clone");
  await edge.cloneTree(directory, clone, commit);
  expect((await lstat(join(clone, "compose.yml"))).isSymbolicLink()).toBe(false);
});

test("a tree holds the bytes of its commit, whatever its attributes ask for", async () => {
  // As UTF-16 without a mark, the file on the disk would be the text that nobody looked at.
  const seen = Buffer.from("services: {app: {env_file: /etc/passwd}}", "utf8").swap16().toString("utf16le");
  const compose = Buffer.from(seen, "utf8");
  const { directory, edge, folder, commit } = await treeOf([
    { mode: FILE, path: ".gitattributes", text: "* working-tree-encoding=UTF-16BE ident filter=lfs\n" },
    { mode: FILE, path: "compose.yml", text: compose },
    { mode: FILE, path: "stamp", text: "$Id$\n" },
  ]);
  expect(await readFile(join(directory, "compose.yml"))).toEqual(compose);
  expect(await readFile(join(directory, "stamp"), "utf8")).toBe("$Id$\n");
  await edge.cloneTree(directory, join(folder, "clone"), commit);
  expect(await readFile(join(folder, "clone", "compose.yml"))).toEqual(compose);
});

test("a submodule stays an empty folder", async () => {
  const { directory } = await treeOf([
    {
      mode: FILE,
      path: ".gitmodules",
      text: '[submodule "sub"]\n\tpath = sub\n\turl = ext::sh -c false\n\tupdate = !false\n',
    },
    { mode: "160000", path: "sub", text: "" },
  ]);
  expect(await readdir(join(directory, "sub"))).toEqual([]);
});
