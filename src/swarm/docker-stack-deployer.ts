/**
 * Deploys as `docker stack deploy` does, because that is the loader recipes are written for. The child process sees the
 * app's variables and no other: host and client settings go in as flags, so nothing of ours can be interpolated into a
 * recipe. It returns once the engine has the specs; how the rollout goes is the recorder's to see.
 */
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Marks } from "../recipe/marks.ts";
import { asComposeFile } from "../recipe/merged.ts";
import { overlayOf } from "../recipe/overlay.ts";
import { Fault } from "../verdict/fault.ts";
import type { App, Deployer, Deployment, Said } from "./deployer.ts";

export type DockerCli = {
  /** Whose stacks these are. */
  owner: string;
  /** Absolute path of the client: the child has no PATH to search. */
  path: string;
  host: string;
  /** Directory of the client's own config.json (registry logins). */
  configDirectory: string;
  resolveImage: "always" | "changed" | "never";
};

const WITHIN_MS = 300_000;
/** Of what docker says. No stack comes near it, unless its aliases unfold to more than anybody wrote. */
const MOST_CHARACTERS = 2 * 1024 * 1024;
const TOO_MUCH = `the merged stack is longer than ${MOST_CHARACTERS} characters`;

export const dockerStackDeployer = (cli: DockerCli): Deployer => ({
  name: "docker stack deploy",
  addsToTree: false,
  limitsPids: () => true,
  config: (app) => configOf(cli, app),
  async deploy(lease, app, deployment) {
    lease.assertCovers(app.stack.appDomain);
    const marks = { owner: cli.owner, run: lease.holder, appDomain: app.stack.appDomain };
    const laid = await layOut(app, deployment, marks, (asked) => configOf(cli, asked));
    if (laid.is === "refused") return { exitCode: 1, said: laid.said };
    const files = composeFlags(laid.files);
    const args = ["stack", "deploy", ...files, "--resolve-image", cli.resolveImage, app.stack.name];
    const { exitCode, stdout, stderr } = await run(cli, app, args);
    const said: Said = { exitCode, said: withoutPaths(`${stderr}${stdout}`, app).replace(DETACH_NOTICE, "") };
    if (exitCode !== 0 && HOST_TROUBLE.test(said.said))
      throw new Fault("engine", `docker stack deploy: ${said.said}`, "See that the engine is up.");
    return said;
  },
});

type Laid = { is: "files"; files: readonly string[] } | { is: "refused"; said: string };

/** In the app's scratch: the recipe as docker merges it, and on top what we add. */
export const layOut = async (
  app: App,
  deployment: Deployment,
  marks: Marks,
  config: Deployer["config"],
): Promise<Laid> => {
  const answer = await config(app);
  if (answer.is === "refused") return answer;
  const merged = asComposeFile(answer.yaml);
  const { recipe } = app;
  const composeVersion = merged.version;
  const added = overlayOf({ ...deployment, recipe, stack: app.stack.name, composeVersion, marks });
  await mkdir(app.scratch, { recursive: true });
  const files = [join(app.scratch, "recipe.yml"), join(app.scratch, "stamp.yml")] as const;
  // What stands in an environment file may be a secret, and the merged stack has it.
  await writeFile(files[0], merged.text, { mode: 0o600 });
  await writeFile(files[1], added);
  return { is: "files", files };
};

const configOf = async (cli: DockerCli, app: App): ReturnType<Deployer["config"]> => {
  const { exitCode, stdout, stderr } = await run(cli, app, [
    "stack",
    "config",
    ...composeFlags(filesOf(app)),
  ]);
  if (exitCode === 0) return { is: "config", yaml: stdout };
  if (CLIENT_TOO_OLD.test(stderr))
    throw new Fault(
      "engine",
      "The docker client has no `docker stack config`; it is older than 23.0",
      "Install a docker client of version 23.0 or newer; the engine may stay older.",
    );
  return { is: "refused", said: withoutPaths(stderr, app) };
};

/** What a client that has no `stack config` says to it and to its flags (heard from 20.10). */
const CLIENT_TOO_OLD = /^(?:unknown (?:shorthand )?flag|unknown command)\b|See 'docker stack --help'/im;

/** Clients from 26 on begin with it. Saying `--detach` would silence it, and clients before 26 do not know that flag. */
const DETACH_NOTICE = /^Since --detach=false was not specified[\s\S]*?will become the default\.\s*/;

/** What the client says when the trouble is not the recipe's. */
const HOST_TROUBLE =
  /cannot connect to the docker daemon|error during connect|connection refused|update out of sequence|no space left|not a swarm manager/i;

const filesOf = ({ files, overlay }: App): string[] => [...files, ...(overlay === null ? [] : [overlay])];
const composeFlags = (files: readonly string[]): string[] =>
  files.flatMap((file) => ["--compose-file", file]);
const withoutPaths = (text: string, app: App): string =>
  text.replaceAll(`${app.directory}/`, "").replaceAll(`${app.scratch}/`, "").trim();

type Output = { exitCode: number; stdout: string; stderr: string };

const run = (cli: DockerCli, app: App, args: readonly string[]): Promise<Output> =>
  new Promise((resolve, reject) => {
    const flags = ["--host", cli.host, "--config", cli.configDirectory];
    const options = {
      cwd: app.directory,
      env: Object.fromEntries(app.values),
      timeout: WITHIN_MS,
      killSignal: "SIGKILL" as const,
      maxBuffer: MOST_CHARACTERS,
    };
    execFile(cli.path, [...flags, ...args], options, (error, stdout, stderr) => {
      if (!error) return resolve({ exitCode: 0, stdout, stderr });
      if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
        return resolve({ exitCode: 1, stdout: "", stderr: TOO_MUCH });
      if (typeof error.code === "number") return resolve({ exitCode: error.code, stdout, stderr });
      const what = error.killed ? `gave no answer within ${WITHIN_MS / 1000} s` : error.message;
      reject(
        new Fault("engine", `The docker client ${what}`, "See that the docker client is installed.", error),
      );
    });
  });
