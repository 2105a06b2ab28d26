/**
 * How long things are kept. Runs that were over long ago are forgotten, and only then do their folders go: a bot that is killed
 * between the two finds folders of which the store knows nothing. So do the folders of runs from a terminal, which no store
 * knows. Mirrors that nobody needed for as long go with them.
 */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Git, Mirror } from "../git/git.ts";
import type { Store } from "../store/store.ts";
import { type Hourly, hourly } from "./hourly.ts";
import { tidyMirrors } from "./mirrors.ts";

type Ports = {
  store: Pick<Store, "forgetBefore" | "knows">;
  /** Where each run has its folder, named by its id. */
  folder: string;
  git: Pick<Git, "mirrors" | "tidy">;
  /** Does that work while nobody fetches the mirror, and lets nobody fetch it meanwhile. */
  whileUnused: <T>(mirror: Mirror, work: () => Promise<T>) => Promise<T>;
  keepMs: number;
  now: () => Date;
  /** `about`: the folder that could not be looked after; null where it is none in particular. */
  log: (error: unknown, about: string | null) => void;
};

/** Now, and again each hour, until the signal. What fails is tried an hour later. */
export const retain = (ports: Ports, signal: AbortSignal): Hourly => {
  const log: Ports["log"] = (error, about) => {
    if (!signal.aborted) ports.log(error, about);
  };
  const quietly = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => log(error, null),
    );
  return hourly(async () => {
    await quietly(forget({ ...ports, log }, signal));
    await quietly(tidyMirrors(ports, log, signal));
  }, signal);
};

const forget = async (
  { store, folder, keepMs, now, log }: Omit<Ports, "git" | "whileUnused">,
  signal: AbortSignal,
): Promise<void> => {
  const before = new Date(now().getTime() - keepMs);
  const forgotten = await store.forgetBefore(before.toISOString());
  for (const { name, writtenAt } of await foldersIn(folder)) {
    if (signal.aborted) return;
    const isOver = forgotten.includes(name) || (writtenAt < before && !(await store.knows(name)));
    if (!isOver) continue;
    const path = join(folder, name);
    await rm(path, { recursive: true, force: true }).catch((error: unknown) => log(error, path));
  }
};

/** `writtenAt` is when a file or folder directly in it was last put there. */
const foldersIn = async (folder: string): Promise<{ name: string; writtenAt: Date }[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries
    .filter((entry) => entry.isDirectory())
    // One that is being removed is none any more.
    .map(({ name }) =>
      stat(join(folder, name)).then(
        ({ mtime }) => [{ name, writtenAt: mtime }],
        () => [],
      ),
    );
  return (await Promise.all(found)).flat();
};
