/**
 * A docker client without an engine. It merges compose files as the real one does, and keeps what would have been deployed, which is
 * also what it then says of the engine.
 */
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

type Deployed = {
  services: { app: { environment: Record<string, string>; deploy: { labels: Record<string, string> } } };
};

export type StubDocker = {
  /** To be put first on a PATH. */
  directory: string;
  path: string;
  /** Null before the first deploy. */
  deployed: () => Promise<Deployed | null>;
};

export const stubDocker = async (folder: string): Promise<StubDocker> => {
  const directory = join(folder, "docker-bin");
  const [path, deployed] = [join(directory, "docker"), join(folder, "deployed.yml")];
  const real = execFileSync("sh", ["-c", "command -v docker"], { encoding: "utf8" }).trim();
  await mkdir(directory);
  await writeFile(
    path,
    `#!/bin/sh
case " $* " in
*" stack deploy "*)
  files= before=
  for word; do
    [ "$before" != --compose-file ] || files="$files --compose-file $word"
    before=$word
  done
  exec '${real}' stack config $files >'${deployed}' ;;
*" stack config "*) exec '${real}' "$@" ;;
*" service ls "*) [ ! -s '${deployed}' ] || echo an-app ;;
*" secret ls "*) ;;
*) echo "no such answer: $*" >&2; exit 64 ;;
esac
`,
    { mode: 0o755 },
  );
  return {
    directory,
    path,
    deployed: () => readFile(deployed, "utf8").then(parse, () => null),
  };
};
