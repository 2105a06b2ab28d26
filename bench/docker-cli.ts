/** The docker client as a person uses it: one process per call, killed only by its own id. */
import { spawn } from "node:child_process";

export type Cli = {
  /** When it ended and with what; null for a code if it was killed. */
  ended: Promise<CliEnd>;
  kill(): void;
};
export type CliEnd = { exitCode: number | null; endedAtMs: number; said: string };

export const startDocker = (...args: string[]): Cli => {
  const child = spawn("docker", args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const hear = (chunk: Buffer) => {
    said = (said + String(chunk)).slice(-4_000);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<CliEnd>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (exitCode) => {
      const endedAtMs = Date.now();
      child.on("close", () => resolve({ exitCode, endedAtMs, said }));
    });
  });
  return { ended, kill: () => void child.kill("SIGKILL") };
};

/** Runs it to its end; throws what it said if that was not 0. */
export const docker = async (...args: string[]): Promise<void> => {
  const { exitCode, said } = await startDocker(...args).ended;
  if (exitCode !== 0) throw new Error(`docker ${args.join(" ")} ended with ${exitCode}: ${said.trim()}`);
};
