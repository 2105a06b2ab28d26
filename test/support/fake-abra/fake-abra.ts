/** Puts the fake abra (abra.ts) on a PATH, as the executable that a host would have. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const FAKE_VERSION = "0.13.0-beta-06a57de";

type Call = { commandLine: string[]; env: Record<string, string> };

/** `directory`: to be put first on a PATH. */
export const fakeAbra = async (
  folder: string,
): Promise<{ directory: string; path: string; calls: () => Promise<Call[]> }> => {
  const directory = join(folder, "abra-bin");
  await mkdir(directory);
  const [path, log] = [join(directory, "abra"), join(folder, "abra-calls")];
  // What of our own is in its environment comes from here, since the caller hands it nothing.
  const program = `exec '${process.execPath}' '${join(import.meta.dirname, "abra.ts")}' "$@"`;
  await writeFile(path, `#!/bin/sh\nexport FAKE_ABRA_LOG='${log}'\n${program}\n`, { mode: 0o755 });
  return {
    directory,
    path,
    async calls() {
      const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
      return lines.map((line) => JSON.parse(line));
    },
  };
};
