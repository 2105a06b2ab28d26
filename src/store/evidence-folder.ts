/** What is kept of a run as files, in a folder of its own: a person can open them, and `testme explain` reads the evidence. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Both return the file's path. */
export const writeEvidence = (runsDirectory: string, runId: string, evidence: unknown): Promise<string> =>
  write(join(runsDirectory, runId), "evidence.json", evidence);
export const writeResults = (runsDirectory: string, runId: string, results: unknown): Promise<string> =>
  write(join(runsDirectory, runId), "results.json", results);

const write = async (directory: string, name: string, content: unknown): Promise<string> => {
  const file = join(directory, name);
  await mkdir(directory, { recursive: true });
  // Written aside and renamed, so that a reader never sees half a file.
  await writeFile(`${file}.part`, `${JSON.stringify(content, null, 1)}\n`);
  await rename(`${file}.part`, file);
  return file;
};
