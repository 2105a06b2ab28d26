/**
 * How git is called: by its own binary, with nothing of the host's git configuration (no hooks, filters, helpers or prompts). The
 * token goes by environment, which only this user and the child can see.
 */
import { type SimpleGit, simpleGit } from "simple-git";
import { Fault } from "../verdict/fault.ts";
import type { Remote } from "./git.ts";

const SILENT_FOR_AT_MOST_MS = 120_000;
/**
 * What a fetch brings stays one pack, and pack and refs are on the disk before the fetch ends: a power cut leaves no ref whose
 * objects are empty. Packs are put together only when the mirror is tidied, in nobody's way.
 */
const SETTINGS = {
  "fetch.unpackLimit": "1",
  "core.fsync": "committed",
  "maintenance.auto": "false",
  "gc.autoDetach": "false",
  // A link could lead out of the repository; it is written as the text that it is.
  "core.symlinks": "false",
  "core.hooksPath": "/dev/null",
  "submodule.recurse": "false",
} as const;

/** `path` is the PATH on which git and its helpers are found; `abort` ends what was called. */
export const gitIn = (
  directory: string,
  path: string,
  token: string | null = null,
  silentForAtMostMs = SILENT_FOR_AT_MOST_MS,
  abort?: AbortSignal,
): SimpleGit => {
  const settings = [...(token === null ? [] : [tokenHeader(token)]), ...Object.entries(SETTINGS)];
  const env: Record<string, string> = {
    PATH: path,
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ),
  };
  return simpleGit({
    baseDir: directory,
    timeout: { block: silentForAtMostMs },
    ...(abort && { abort }),
    allowEnvironment: Object.keys(env),
    unsafe: { allowUnsafeConfigEnvCount: true, allowUnsafeConfigPaths: true, allowUnsafeHooksPath: true },
  }).env(env);
};

const tokenHeader = (token: string): [string, string] => [
  "http.extraHeader",
  `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
];

export const onRemote = <T>(remote: Remote, call: PromiseLike<T>): Promise<T> =>
  Promise.resolve(call).catch((error: unknown) => {
    if (error instanceof Fault) throw error;
    throw new Fault(
      "git",
      `git could not fetch ${remote.url}: ${firstLine(error)}`,
      remote.token === null
        ? "See that the repository exists and that anybody may read it."
        : "See that the repository exists and that the app may read it.",
      error,
    );
  });

export const local = <T>(call: PromiseLike<T>): Promise<T> =>
  Promise.resolve(call).catch((error: unknown) => {
    if (error instanceof Fault) throw error;
    throw new Fault("git", `git: ${firstLine(error)}`, "See the disk and the data folder.", error);
  });

/** Git's own first complaint, without the advice that follows it. */
const firstLine = (error: unknown): string => {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  return (lines.find((line) => GIT_COMPLAINS.test(line)) ?? lines[0] ?? "").replace(/^\w+: /, "");
};

/** What git itself says, and not whoever could not start it. */
export const GIT_COMPLAINS = /^(fatal|error):/m;
