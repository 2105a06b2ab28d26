/**
 * Keeps a repository from filling the bot's disk: what is fetched of it is looked at while it comes, and what a commit would
 * unfold to before it does, since a few kilobytes of git can name more files than any disk holds.
 */
import { watch } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { SimpleGit } from "simple-git";
import type { Commit } from "../recipe/commit.ts";
import { Fault } from "../verdict/fault.ts";

/** A file takes whole blocks of a disk, and an entry of a folder too. */
const BLOCK_BYTES = 4_096;

const tooLarge = (what: string): Fault =>
  new Fault(
    "git",
    `${what} is larger than this bot keeps of a repository`,
    "Make it smaller, or raise the bot's setting MAX_REPOSITORY.",
  );

/** `fetch` is to end when the signal says so; what it had fetched by then is taken away. */
export const fetchWithin = async (
  { url, directory, roomBytes }: { url: string; directory: string; roomBytes: number },
  fetch: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> => {
  const packs = join(directory, "objects", "pack");
  await mkdir(packs, { recursive: true });
  const full = new AbortController();
  let looking = Promise.resolve();
  let isStale = false;
  const look = async () => {
    isStale = false;
    if ((await sizeOf(packs)) > roomBytes) full.abort();
  };
  const watching = watch(packs, () => {
    if (isStale) return;
    isStale = true;
    looking = looking.then(look);
  });
  try {
    await fetch(full.signal);
    await looking.then(look);
    if (full.signal.aborted) throw tooLarge(url);
  } catch (error) {
    await looking;
    if (!full.signal.aborted) throw error;
    await forgetUnfinished(packs);
    throw tooLarge(url);
  } finally {
    watching.close();
  }
};

const sizeOf = async (packs: string): Promise<number> => {
  // What is gone meanwhile takes nothing; whoever took it away is told by git.
  const files = await readdir(packs).catch(() => []);
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(packs, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

const forgetUnfinished = async (packs: string): Promise<void> => {
  for (const file of await readdir(packs))
    if (file.startsWith("tmp_")) await rm(join(packs, file), { force: true });
};

/** Throws where the tree of that commit would take more. `gitUntil` ends its git when the signal says so. */
export const unfoldWithin = async (
  gitUntil: (signal: AbortSignal) => SimpleGit,
  commit: Commit,
  roomBytes: number,
): Promise<void> => {
  const full = new AbortController();
  let [bytes, rest] = [0, ""];
  const count = (part: Buffer) => {
    const entries = (rest + part.toString("latin1")).split("\0");
    rest = entries.pop() ?? "";
    for (const entry of entries) {
      const size = Number(/^\d+ blob \w+ +(\d+)\t/.exec(entry)?.[1] ?? 0);
      bytes += Math.ceil((size + 1) / BLOCK_BYTES) * BLOCK_BYTES;
    }
    if (bytes > roomBytes) full.abort();
  };
  const git = gitUntil(full.signal).outputHandler((_, said) => void said.on("data", count));
  await git.raw(["ls-tree", "-r", "-l", "-z", "--full-tree", commit]).catch((error: unknown) => {
    if (!full.signal.aborted) throw error;
  });
  if (full.signal.aborted) throw tooLarge(`Commit ${commit}`);
};
