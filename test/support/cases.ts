// Recorded cases: evidence files of real runs on a real engine, kept as they were written, gzipped. A case's name is the file's.
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { EvidenceFile } from "../../src/report/evidence.ts";
import { readEvidence } from "../../src/store/read-evidence.ts";

const folder = join(import.meta.dirname, "../fixtures/cases");
const ENDING = ".json.gz";

export const caseFile = (name: string): string => join(folder, `${name}${ENDING}`);

export const caseNames = async (): Promise<string[]> =>
  (await readdir(folder))
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort();

export const readCase = (name: string): Promise<EvidenceFile> => readEvidence(caseFile(name));

export const keepCase = (name: string, evidence: EvidenceFile): Promise<void> =>
  writeFile(caseFile(name), gzipSync(`${JSON.stringify(evidence, null, 1)}\n`, { level: 9 }));

/** What each case is told as, one line a stage: what a reader of a change to rules or words looks at first. */
export const caseListing = async (): Promise<string> => {
  const lines: string[] = [];
  for (const name of await caseNames())
    for (const { stage, told } of (await readCase(name)).stages)
      lines.push(`${name} · ${stage} · ${told.title}\n`);
  return lines.join("");
};
export const listingFile = join(folder, "../golden/cases.txt");
