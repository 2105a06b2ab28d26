/**
 * Git by its own binary, through simple-git. Nothing of the host's git configuration applies (no hooks, filters, helpers
 * or prompts), and the token goes by environment, which only this user and the child can see.
 */
import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type SimpleGit, simpleGit } from "simple-git";
import { Commit } from "../recipe/commit.ts";
import { Fault } from "../verdict/fault.ts";
import type { Git, Remote, Tag } from "./git.ts";

const REFS = [
  "+HEAD:refs/testme/HEAD",
  "+refs/heads/*:refs/heads/*",
  "+refs/tags/*:refs/tags/*",
  "+refs/pull/*/head:refs/pull/*/head",
];
const SILENT_FOR_AT_MOST_MS = 120_000;

/** `mirrors` is the directory that keeps them; `path` is the PATH on which git and its helpers are found. */
export const gitOnDisk = (mirrors: string, path: string): Git => ({
  async fetch(remote) {
    const directory = join(
      mirrors,
      `${createHash("sha256").update(remote.url).digest("hex").slice(0, 16)}.git`,
    );
    await mkdir(directory, { recursive: true });
    const git = gitIn(directory, path, remote);
    await onRemote(remote, git.init(true));
    await onRemote(remote, git.raw(["fetch", "--quiet", "--prune", "--force", "--", remote.url, ...REFS]));
    return { directory };
  },
  async resolve(mirror, ref) {
    const name = ref === "HEAD" ? "refs/testme/HEAD" : ref;
    const said = await gitIn(mirror.directory, path)
      .raw(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`])
      .catch(() => "");
    const found = Commit.safeParse(said.trim());
    return found.success ? found.data : null;
  },
  async tags(mirror) {
    const format =
      "--format=%(refname:strip=2) %(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)";
    const said = await local(gitIn(mirror.directory, path).raw(["for-each-ref", format, "refs/tags"]));
    return said.split("\n").flatMap((line): Tag[] => {
      const [name, commit] = line.split(" ");
      const found = Commit.safeParse(commit);
      return name && found.success ? [{ name, commit: found.data }] : [];
    });
  },
  async addTree(mirror, directory, commit) {
    await local(
      gitIn(mirror.directory, path).raw([
        "worktree",
        "add",
        "--quiet",
        "--force",
        "--detach",
        directory,
        commit,
      ]),
    );
  },
  async moveTree(directory, commit) {
    const git = gitIn(directory, path);
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
  async removeTree(mirror, directory) {
    await rm(directory, { recursive: true, force: true });
    await local(gitIn(mirror.directory, path).raw(["worktree", "prune"]));
  },
});

const gitIn = (directory: string, path: string, remote?: Remote): SimpleGit => {
  const env: Record<string, string> = {
    PATH: path,
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    ...(remote?.token ? tokenHeader(remote.token) : {}),
  };
  return simpleGit({
    baseDir: directory,
    timeout: { block: SILENT_FOR_AT_MOST_MS },
    allowEnvironment: Object.keys(env),
    unsafe: { allowUnsafeConfigEnvCount: true, allowUnsafeConfigPaths: true },
  }).env(env);
};

const tokenHeader = (token: string): Record<string, string> => ({
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "http.extraHeader",
  GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
});

const onRemote = <T>(remote: Remote, call: PromiseLike<T>): Promise<T> =>
  Promise.resolve(call).catch((error: unknown) => {
    throw new Fault(
      "git",
      `git could not fetch ${remote.url}: ${firstLine(error)}`,
      "See that the repository exists and that the app may read it.",
      error,
    );
  });

const local = <T>(call: PromiseLike<T>): Promise<T> =>
  Promise.resolve(call).catch((error: unknown) => {
    throw new Fault("git", `git: ${firstLine(error)}`, "See the disk and the data folder.", error);
  });

/** Git's own first complaint, without the advice that follows it. */
const firstLine = (error: unknown): string => {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  return (lines.find((line) => /^(fatal|error):/.test(line)) ?? lines[0] ?? "").replace(/^\w+: /, "");
};
