/** Which abra this is, by its own word; asked once, at the start. Others go by that name too, so it has to say it as abra does. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../verdict/fault.ts";
import { plain } from "./said.ts";

const WITHIN_MS = 10_000;

/** Such as `0.13.0-beta-06a57de`. */
export const abraVersion = (path: string, searchPath: string): string => {
  // Whatever it is asked, it may want to put something there first.
  const home = mkdtempSync(join(tmpdir(), "testme-abra-"));
  const { stdout, error } = spawnSync(path, ["--version"], {
    env: { PATH: searchPath, HOME: home, ABRA_DIR: home, NO_COLOR: "1", TERM: "dumb" },
    encoding: "utf8",
    timeout: WITHIN_MS,
    killSignal: "SIGKILL",
  });
  rmSync(home, { recursive: true });
  const version = /^abra version (\S+)/m.exec(plain(stdout ?? ""))?.[1];
  if (version) return version;
  throw new Fault(
    "bot",
    `${path} --version does not say which abra it is`,
    "Install abra from Co-op Cloud, or let DEPLOYER be docker.",
    error,
  );
};
