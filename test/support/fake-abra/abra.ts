/**
 * What is known of abra 0.13.0-beta-06a57de, as a program: the order in which it looks at things, what it refuses, and how it says so.
 * It is no abra, and nothing of abra's is in it. It deploys with the docker client, and so to a real engine where there is one.
 *
 * Its quirks: FATA on standard output, in colours; commands that insist on a terminal; questions, unless it is told to ask nothing; a
 * fetch of the recipe's tags, unless it is told to stay offline; no deploy over an app that stands, unless it is forced; none of
 * a tree with changes, unless in chaos; a repository whose `.git` is a file is none.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

const VERSION = "0.13.0-beta-06a57de";
const SHORT_FLAGS: Record<string, string> = {
  n: "no-input",
  c: "no-converge-checks",
  C: "chaos",
  f: "force",
  D: "no-domain-checks",
  o: "offline",
};

const fatal = (why: string): never => {
  process.stdout.write(`\u001b[1;38;5;134mFATA\u001b[0m ${why}\n`);
  process.exit(1);
};
const waitForever = (question: string): Promise<never> => {
  process.stdout.write(question);
  return new Promise(() => setInterval(() => undefined, 60_000));
};
const setting = (name: string): string => process.env[name] ?? fatal(`${name} is not set`);

const commandLine = process.argv.slice(2);
const words = commandLine.filter((arg) => !arg.startsWith("-"));
const flags = new Set(
  commandLine.filter((arg) => arg.startsWith("-")).map((arg) => SHORT_FLAGS[arg.slice(1)] ?? arg.slice(2)),
);

// ── what it reads ────────────────────────────────────────────────────────────

/** `KEY=value` lines, as a dotenv file has them. */
const readEnv = (file: string): Record<string, string> => {
  const env: Record<string, string> = {};
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) env[name] = unquoted(value);
  }
  return env;
};
const unquoted = (written: string): string => {
  if (written.startsWith("'")) return written.slice(1, -1);
  if (!written.startsWith('"')) return written;
  const escapes: Record<string, string> = { n: "\n", r: "\r" };
  return written.slice(1, -1).replaceAll(/\\(.)/g, (_, c: string) => escapes[c] ?? c);
};

const exportsOf = (abraSh: string): Record<string, string> =>
  Object.fromEntries(
    [...readFileSync(abraSh, "utf8").matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
  );

const git = (recipe: string, ...args: string[]): string => {
  if (!existsSync(join(recipe, ".git")) || !statSync(join(recipe, ".git")).isDirectory())
    fatal("repository does not exist");
  return execFileSync("git", ["-C", recipe, ...args], { encoding: "utf8" }).trim();
};

const docker = (env: Record<string, string>, ...args: string[]): string => {
  const where = ["--host", setting("DOCKER_HOST"), "--config", setting("DOCKER_CONFIG")];
  const { status, stdout, stderr } = spawnSync("docker", [...where, ...args], {
    env: { ...env, PATH: setting("PATH") },
    encoding: "utf8",
  });
  return status === 0 ? stdout : fatal(stderr.trim());
};

// ── what it does ─────────────────────────────────────────────────────────────

const deploy = async (domain: string): Promise<void> => {
  const home = setting("ABRA_DIR");
  const file = join(home, "servers", "default", `${domain}.env`);
  if (!existsSync(file)) fatal(`unable to find app ${domain}`);
  const env = readEnv(file);
  const recipe = join(home, "recipes", env.TYPE ?? fatal("missing TYPE"));
  const stack = env.STACK_NAME ?? domain.replaceAll(".", "_").slice(0, 45);

  const standing = docker(
    {},
    "service",
    "ls",
    "--quiet",
    "--filter",
    `label=com.docker.stack.namespace=${stack}`,
  );
  if (standing.trim() !== "" && !flags.has("force")) fatal(`${domain} is already deployed`);

  const [head, isDirty] = [git(recipe, "rev-parse", "HEAD"), git(recipe, "status", "--porcelain") !== ""];
  if (!flags.has("chaos") && isDirty) fatal(`${env.TYPE}: has locally unstaged changes`);
  if (!flags.has("offline")) fatal("unable to fetch tags: authentication required");
  const version = head.slice(0, 8) + (isDirty ? "+U" : "");

  Object.assign(env, exportsOf(join(recipe, "abra.sh")));
  const files = (env.COMPOSE_FILE ?? "compose.yml").split(":");
  for (const name of files) if (!existsSync(join(recipe, name))) fatal(`${name} does not exist`);
  const composeFlags = [...files.map((name) => join(recipe, name))].flatMap((path) => [
    "--compose-file",
    path,
  ]);
  const compose = parse(docker(env, "stack", "config", ...composeFlags));
  const made = docker({}, "secret", "ls", "--format", "{{.Name}}").split("\n");
  for (const { external, name } of Object.values<{ external?: boolean; name: string }>(compose.secrets ?? {}))
    if (external && !made.includes(name)) fatal(`secret not generated: ${name}`);

  process.stdout.write(`┏━ DEPLOY OVERVIEW\r\n┃ ${domain} ${version}\n`);
  if (!flags.has("no-domain-checks")) fatal(`unable to resolve ${domain}`);
  if (!flags.has("no-input")) await waitForever("? Proceed? (y/N) ");

  const overlay = join(home, "abra-overlay.yml");
  writeFileSync(overlay, overlayOf(compose, stack, env, version));
  const resolving = ["--resolve-image", "never", "--detach=true"];
  docker(env, "stack", "deploy", ...composeFlags, "--compose-file", overlay, ...resolving, stack);
  if (!flags.has("no-converge-checks")) await waitForever("waiting for the app to converge …");
  process.stdout.write("\u001b[1;38;5;86mINFO\u001b[0m deploy succeeded\n");
};

/** Its labels, and every variable of the app that the service does not set by itself. */
const overlayOf = (
  compose: { version?: string; services: { app: { environment?: object; deploy?: { labels?: object } } } },
  stack: string,
  env: Record<string, string>,
  version: string,
): string => {
  const { environment = {}, deploy = {} } = compose.services.app;
  const label = (key: string) => `coop-cloud.${stack}.${key}`;
  const labels = {
    [label("recipe")]: env.TYPE,
    [label("chaos")]: "true",
    [label("chaos-version")]: version,
    [label("version")]: new Map(Object.entries(deploy.labels ?? {})).get(label("version")) ?? version,
  };
  const exposed = Object.entries({ ...env, TYPE: `${env.TYPE}:${version}` }).filter(
    ([name]) => !(name in environment),
  );
  const app = { environment: Object.fromEntries(exposed), deploy: { labels } };
  return stringify({ version: compose.version, services: { app } }).replaceAll("$", "$$$$");
};

const insistOnTerminal = (): void => {
  if (!process.stdout.isTTY) fatal("inappropriate ioctl for device");
};

// ── ──────────────────────────────────────────────────────────────────────────

if (process.env.FAKE_ABRA_LOG)
  appendFileSync(process.env.FAKE_ABRA_LOG, `${JSON.stringify({ commandLine, env: process.env })}\n`);
if (flags.has("version")) process.stdout.write(`abra version ${VERSION}\n`);
else if (words[0] === "app" && words[1] === "deploy") await deploy(words[2] ?? fatal("no app given"));
else if (words[0] === "recipe" && words[1] === "lint") {
  insistOnTerminal();
  process.stdout.write(`┃ R001 ┃ ${words[2]} ┃ ✅ ┃\n`);
} else if (words[0] === "app" && ["backup", "restore"].includes(words[1] ?? "")) {
  insistOnTerminal();
  fatal("no backupbot on this server");
} else fatal(`unknown command ${JSON.stringify(words[0])} for "abra"`);
