/** Git by its own binary: each promise of the interface as one command or two. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Commit } from "../recipe/commit.ts";
import type { Git, Mirror, Tag } from "./git.ts";
import { mendMirror, tidyMirror } from "./mirror-care.ts";
import { gitIn, local, onRemote } from "./run-git.ts";
import { fetchWithin, unfoldWithin } from "./size.ts";

const REFS = [
  "+HEAD:refs/testme/HEAD",
  "+refs/heads/*:refs/heads/*",
  "+refs/tags/*:refs/tags/*",
  "+refs/pull/*/head:refs/pull/*/head",
];

/**
 * `mirrors` is the directory that keeps them; `path` is the PATH on which git and its helpers are found; `roomBytes` is what a mirror,
 * and what a tree, may take.
 */
export const gitOnDisk = (mirrors: string, path: string, roomBytes = Number.POSITIVE_INFINITY): Git => ({
  mirrorOf: (url) => mirrorIn(mirrors, url),
  async fetch(remote) {
    const { directory } = mirrorIn(mirrors, remote.url);
    await mkdir(directory, { recursive: true });
    const git = gitIn(directory, path, remote.token);
    await onRemote(remote, git.init(true));
    await local(ignoreAttributes(directory));
    const args = ["fetch", "--quiet", "--prune", "--force", "--", remote.url, ...REFS];
    const fetch = (full: AbortSignal) => gitIn(directory, path, remote.token, undefined, full).raw(args);
    await onRemote(remote, fetchWithin({ url: remote.url, directory, roomBytes }, fetch));
    return { directory };
  },
  resolve: ({ directory }, ref) => resolveIn(directory, path, ref),
  async tags(mirror) {
    const format =
      "--format=%(refname:strip=2) %(objecttype) %(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)";
    const said = await local(gitIn(mirror.directory, path).raw(["for-each-ref", format, "refs/tags"]));
    return said.split("\n").flatMap((line): Tag[] => {
      const [name, type, commit] = line.split(" ");
      const found = Commit.safeParse(commit);
      return name && found.success ? [{ name, commit: found.data, isAnnotated: type === "tag" }] : [];
    });
  },
  async isAncestor(mirror, commit, of) {
    if ((await resolveIn(mirror.directory, path, commit)) === null) return false;
    const notInIts = ["rev-list", "--max-count=1", commit, `^${of}`];
    return (await local(gitIn(mirror.directory, path).raw(notInIts))).trim() === "";
  },
  async show(mirror, commit, file) {
    const git = gitIn(mirror.directory, path);
    // Git's complaint about a file that is not there is no other than that about a mirror it cannot read.
    const entry = await local(git.raw(["ls-tree", "-z", "--full-tree", commit, "--", file]));
    const [, blob] = /^\d+ blob ([0-9a-f]+)\t/.exec(entry) ?? [];
    return blob === undefined ? null : await local(git.raw(["cat-file", "blob", blob]));
  },
  async addTree(mirror, directory, commit) {
    // A process that was killed may have left one there, and git adds none over it.
    await rm(directory, { recursive: true, force: true });
    await fits(mirror.directory, path, commit, roomBytes);
    await local(
      gitIn(mirror.directory, path).raw([
        "worktree",
        "add",
        "--quiet",
        // Twice: also where a process was killed in the midst of adding it, which leaves it locked.
        "--force",
        "--force",
        "--detach",
        directory,
        commit,
      ]),
    );
  },
  async cloneTree(tree, directory, commit) {
    await local(gitIn(tree, path).raw(["clone", "--quiet", "--no-checkout", "--", tree, directory]));
    await local(ignoreAttributes(join(directory, ".git")));
    await local(gitIn(directory, path).raw(["checkout", "--quiet", "--force", "--detach", commit]));
  },
  async moveTree(directory, commit) {
    const git = gitIn(directory, path);
    await fits(directory, path, commit, roomBytes);
    await local(git.raw(["checkout", "--quiet", "--force", "--detach", commit]));
    await local(git.raw(["clean", "--quiet", "--force", "-d", "-x"]));
  },
  async headOf(directory) {
    const git = gitIn(directory, path);
    const commit = Commit.parse((await local(git.raw(["rev-parse", "HEAD"]))).trim());
    const isDirty = (await local(git.raw(["status", "--porcelain"]))).trim() !== "";
    return { commit, isDirty };
  },
  async readFile(directory, file) {
    const git = gitIn(directory, path);
    return git.raw(["cat-file", "blob", `HEAD:${file}`]).catch(() => null);
  },
  async linksAmong(directory, paths) {
    if (paths.length === 0) return [];
    const args = ["ls-tree", "-z", "--full-tree", "HEAD", "--", ...paths];
    const entries = (await local(gitIn(directory, path).raw(args))).split("\0");
    return entries.flatMap((entry) => /^(?:120000|160000) \w+ \w+\t(.+)$/s.exec(entry)?.[1] ?? []);
  },
  async removeTree(mirror, directory) {
    await rm(directory, { recursive: true, force: true });
    // A mirror that is gone knows of no tree.
    if (existsSync(mirror.directory)) await local(gitIn(mirror.directory, path).raw(["worktree", "prune"]));
  },
  async mirrors() {
    const entries = await readdir(mirrors, { withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isDirectory() && entry.name.endsWith(".git"))
      .map(({ name }) => ({ directory: join(mirrors, name) }));
  },
  mend: ({ directory }) => mendMirror(directory, path),
  tidy: ({ directory }, now, keepMs) => tidyMirror(directory, path, now, keepMs),
});

const fits = (directory: string, path: string, commit: Commit, roomBytes: number): Promise<void> =>
  local(unfoldWithin((full) => gitIn(directory, path, null, undefined, full), commit, roomBytes));

const resolveIn = async (directory: string, path: string, ref: string): Promise<Commit | null> => {
  const name = ref === "HEAD" ? "refs/testme/HEAD" : ref;
  const said = await gitIn(directory, path)
    .raw(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`])
    .catch(() => "");
  const found = Commit.safeParse(said.trim());
  return found.success ? found.data : null;
};

const mirrorIn = (mirrors: string, url: string): Mirror => ({
  directory: join(mirrors, `${createHash("sha256").update(url).digest("hex").slice(0, 16)}.git`),
});

/**
 * A tree holds the very bytes of its commit: no .gitattributes has them written in another encoding, where docker would read
 * what nobody looked at. What git itself keeps of attributes wins over the files of a repository.
 */
const ignoreAttributes = async (gitDirectory: string): Promise<void> => {
  await mkdir(join(gitDirectory, "info"), { recursive: true });
  const none = "* -text !eol !working-tree-encoding !filter !ident !merge !diff\n";
  await writeFile(join(gitDirectory, "info", "attributes"), none);
};
