/** A test's files as the archive that the engine takes: below `tests/`, root's, and readable by whomever the test runs as. */
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import type { TrialFile } from "./swarm.ts";

const FOLDER = "tests/";
/** The same files are the same bytes. */
const mtime = new Date(0);

export const archiveOf = async (files: readonly TrialFile[]): Promise<Buffer> => {
  const archive = pack();
  archive.entry({ name: FOLDER, type: "directory", mode: 0o755, mtime });
  for (const folder of foldersOf(files))
    archive.entry({ name: `${FOLDER}${folder}/`, type: "directory", mode: 0o755, mtime });
  for (const file of files) {
    const name = `${FOLDER}${file.path}`;
    if (file.is === "link") archive.entry({ name, type: "symlink", linkname: file.linksTo, mtime });
    else archive.entry({ name, mode: file.isExecutable ? 0o755 : 0o644, mtime }, Buffer.from(file.content));
  }
  archive.finalize();
  return buffer(archive);
};

/** Each before what is in it. */
const foldersOf = (files: readonly TrialFile[]): string[] => {
  const folders = files.flatMap(({ path }) => {
    const parts = path.split("/").slice(0, -1);
    return parts.map((_, depth) => parts.slice(0, depth + 1).join("/"));
  });
  return [...new Set(folders)];
};
