/** `testme …` as a person starts it, in a process of its own, with a data folder of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { TEST_POLICY } from "./policy.ts";

const cli = join(import.meta.dirname, "../../src/cli.ts");

type Finished = { exitCode: number | null; stdout: string; stderr: string; json: unknown };
type Cli = {
  /** Resolves when stderr has said something that matches. */
  said: (words: RegExp) => Promise<void>;
  kill: (signal: NodeJS.Signals) => void;
  finished: Promise<Finished>;
};

export const testme = (args: readonly string[], settings: Record<string, string>): Cli => {
  const env = {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    PROBE_IMAGE: "testme/fixture:1",
    POLICY: TEST_POLICY,
    ...settings,
  };
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    for (const look of listeners) look();
  });
  const finished = new Promise<Finished>((resolve) => {
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr, json: lastLine(stdout) }));
  });
  return {
    said: (words) =>
      new Promise((resolve, reject) => {
        const look = () => words.test(stderr) && resolve();
        listeners.add(look);
        look();
        void finished.then(() => reject(new Error(`it ended without saying ${words}:\n${stderr}`)));
      }),
    kill: (signal) => child.kill(signal),
    finished,
  };
};

/** The last line of stdout as JSON; undefined where it is none. */
const lastLine = (stdout: string): unknown => {
  try {
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
};
