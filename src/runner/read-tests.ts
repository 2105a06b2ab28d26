/**
 * The files that a recipe's own tests are made of, as they are in the run's tree. They go into a stranger's container, so nothing from
 * outside of the folder may come along: a link is handed on as a link, and one that leads outside is refused.
 */
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { dirname, join, normalize, relative, sep } from "node:path";
import type { TrialFile } from "../swarm/swarm.ts";

/** In the recipe. */
export const TESTS = "tests";
const FILES = 1_000;
const BYTES = 16 * 1024 * 1024;

/** Empty where the recipe has no such folder. Throws what the file system says. */
export const readTests = async (folder: string): Promise<readonly TrialFile[] | { refused: string }> => {
  const top = await lstat(folder).catch(unlessMissing);
  if (!top) return [];
  if (!top.isDirectory()) return { refused: `${TESTS} is no folder` };
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  if (paths.length > FILES) return { refused: `${TESTS}/ has more than ${FILES} files` };
  const files: TrialFile[] = [];
  let bytes = 0;
  for (const full of paths.sort()) {
    const file = await readOne(folder, full);
    if ("refused" in file) return file;
    bytes += file.is === "file" ? file.content.byteLength : 0;
    if (bytes > BYTES) return { refused: `${TESTS}/ has more than ${BYTES / 1024 / 1024} MiB` };
    files.push(file);
  }
  return files;
};

const readOne = async (folder: string, full: string): Promise<TrialFile | { refused: string }> => {
  const path = relative(folder, full).split(sep).join("/");
  const stat = await lstat(full);
  if (stat.isSymbolicLink()) {
    const linksTo = await readlink(full);
    const isInside = !linksTo.startsWith("/") && !normalize(join(dirname(path), linksTo)).startsWith("..");
    return isInside
      ? { is: "link", path, linksTo }
      : { refused: `${TESTS}/${path} is a link that leads out of ${TESTS}/` };
  }
  if (!stat.isFile()) return { refused: `${TESTS}/${path} is neither a file nor a link` };
  if (stat.size > BYTES) return { refused: `${TESTS}/${path} is larger than ${BYTES / 1024 / 1024} MiB` };
  return { is: "file", path, content: await readFile(full), isExecutable: (stat.mode & 0o100) !== 0 };
};

const unlessMissing = (error: unknown): null => {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
};
