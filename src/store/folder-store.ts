/** Runs in memory, evidence as files: one folder per run under the data folder. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "../run/run.ts";
import type { Store } from "./store.ts";

export const folderStore = (runsDirectory: string): Store => {
  const runs: Run[] = [];
  return {
    add(run) {
      runs.push(run);
    },
    runsAt: (head) => runs.filter((run) => run.head === head),
    async saveEvidence(runId, evidence) {
      const directory = join(runsDirectory, runId);
      const file = join(directory, "evidence.json");
      await mkdir(directory, { recursive: true });
      // Written aside and renamed, so that a reader never sees half a file.
      await writeFile(`${file}.part`, `${JSON.stringify(evidence, null, 1)}\n`);
      await rename(`${file}.part`, file);
      return file;
    },
  };
};
