/** All that a run from a terminal needs to keep: what came of it. It is promised to nobody, and ends with its process. */

import { writeEvidence, writeResults } from "./evidence-folder.ts";
import type { Store } from "./store.ts";

export const evidenceStore = (
  runsDirectory: string,
): Pick<
  Store,
  "release" | "conclude" | "saveStage" | "saveEvidence" | "saveResults" | "saveGreen" | "greens"
> => ({
  release: async () => undefined,
  conclude: async () => undefined,
  saveStage: async () => undefined,
  saveEvidence: (runId, evidence) => writeEvidence(runsDirectory, runId, evidence),
  saveResults: (runId, results) => writeResults(runsDirectory, runId, results),
  saveGreen: async () => undefined,
  greens: async () => [],
});
