/**
 * Calls abra, with nobody there to answer: no input, a home of its own, and of our environment what is listed here. A few
 * of its commands insist on a terminal even so; they get one from util-linux's `script`, which hands their exit code on.
 */
import { execFile } from "node:child_process";
import { Fault } from "../../verdict/fault.ts";

export type Abra = {
  /** Absolute path of the binary. */
  path: string;
  /** The PATH on which it finds what it calls. */
  searchPath: string;
  dockerHost: string;
  /** Directory of the docker client's own config.json (registry logins). */
  dockerConfig: string;
};
export type Printed = { exitCode: number; stdout: string; stderr: string };

const WITHIN_MS = 300_000;

/** They say "inappropriate ioctl for device" where there is no terminal, although they are told to ask nothing. */
const INSISTS_ON_A_TERMINAL = /^(recipe lint|app (backup|restore))\b/;

/** `home` becomes abra's ABRA_DIR. */
export const runAbra = (abra: Abra, home: string, args: readonly string[]): Promise<Printed> =>
  new Promise((resolve, reject) => {
    const needsTerminal = INSISTS_ON_A_TERMINAL.test(args.join(" "));
    const [program, given] = needsTerminal ? onTerminal([abra.path, ...args]) : [abra.path, args];
    const options = {
      cwd: home,
      env: environment(abra, home),
      timeout: WITHIN_MS,
      killSignal: "SIGKILL" as const,
      maxBuffer: 16 * 1024 * 1024,
    };
    const child = execFile(program, [...given], options, (error, stdout, stderr) => {
      if (!error) return resolve({ exitCode: 0, stdout, stderr });
      if (typeof error.code === "number") return resolve({ exitCode: error.code, stdout, stderr });
      const isMissing = error.code === "ENOENT";
      if (isMissing && needsTerminal) return reject(noTerminal(args, error));
      const what = error.killed ? `gave no answer within ${WITHIN_MS / 1000} s` : error.message;
      reject(new Fault("bot", `abra ${what}`, "See that abra is installed and works.", error));
    });
    // Who asks something all the same gets the end of the input for an answer.
    child.stdin?.end();
  });

const environment = (abra: Abra, home: string): Record<string, string> => ({
  PATH: abra.searchPath,
  HOME: home,
  ABRA_DIR: home,
  DOCKER_HOST: abra.dockerHost,
  DOCKER_CONFIG: abra.dockerConfig,
  GIT_TERMINAL_PROMPT: "0",
  NO_COLOR: "1",
  // One that is asked for its colours and its size would be waited for.
  TERM: "dumb",
});

const onTerminal = (command: readonly string[]): [string, string[]] => [
  "script",
  ["--quiet", "--return", "--command", command.map(quoted).join(" "), "/dev/null"],
];

/** For a POSIX shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const noTerminal = (args: readonly string[], cause: Error): Fault =>
  new Fault(
    "bot",
    `abra insists on a terminal for \`${args.slice(0, 2).join(" ")}\`, and there is no \`script\` to give it one`,
    "Install util-linux, which `script` is part of.",
    cause,
  );
