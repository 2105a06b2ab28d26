/**
 * Every setting, in one place, and the only reader of the environment. Wrong settings are told all at once, each with what
 * would be right. The bot does not start without a webhook secret: Probot's own default is a word that everybody knows.
 */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import * as z from "zod";

const PRIVATE_ENGINE = join(import.meta.dirname, "..", ".engine", "host");

const EngineSettings = z.object({
  DOCKER_HOST: z
    .string()
    .regex(/^(unix|tcp|ssh):\/\//, "give a unix://, tcp:// or ssh:// address")
    .optional(),
  /** Directory of the docker client's config.json, for registries that want a login. */
  DOCKER_CONFIG: z.string().optional(),
  /** Where mirrors, trees and evidence go. */
  TESTME_DATA: z.string().optional(),
  /** App domains end in it. */
  BASE_DOMAIN: z
    .string()
    .regex(/^[a-z0-9.-]{1,30}$/, "give a domain of at most 30 characters")
    .default("test.internal"),
  /** How many runs work at once. */
  CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  /** A small image with `sh` and `nc`, for asking apps whether they serve. */
  PROBE_IMAGE: z.string().default("busybox:stable"),
  /** As `docker stack deploy --resolve-image`. */
  RESOLVE_IMAGE: z.enum(["always", "changed", "never"]).default("always"),
  PATH: z.string().default("/usr/local/bin:/usr/bin:/bin"),
  XDG_STATE_HOME: z.string().optional(),
});

const NO_KEY = "give the app's private key in PEM form";
const NO_SECRET = "give the webhook secret of the app, at least 8 characters";
const BotSettings = z.object({
  APP_ID: z.coerce.number("give the GitHub App's id, a number").int().positive(),
  /** PEM, with real line ends or \n. */
  PRIVATE_KEY: z.string(NO_KEY).includes("PRIVATE KEY", { message: NO_KEY }),
  WEBHOOK_SECRET: z.string(NO_SECRET).min(8, NO_SECRET),
  GITHUB_API_URL: z
    .url("give the address of GitHub's API, such as https://api.github.com")
    .default("https://api.github.com"),
  HOST: z.string().default("localhost"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
});

export type EngineConfig = {
  dockerHost: string;
  dockerCli: string;
  dockerConfig: string;
  path: string;
  data: string;
  baseDomain: string;
  concurrency: number;
  probeImage: string;
  resolveImage: "always" | "changed" | "never";
};
export type BotConfig = {
  appId: number;
  privateKey: string;
  webhookSecret: string;
  gitHubApiUrl: string;
  host: string;
  port: number;
  logLevel: z.infer<typeof BotSettings>["LOG_LEVEL"];
};

/** All that is wrong with the settings, one line each. */
export class WrongSettings extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings are wrong:\n${problems.map((p) => `  ${p}`).join("\n")}`);
    this.name = "WrongSettings";
    this.problems = problems;
  }
}

export const readEngineConfig = (env: NodeJS.ProcessEnv = process.env): EngineConfig => {
  const set = parse(EngineSettings, env);
  const data = resolve(
    set.TESTME_DATA ?? join(set.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "testme"),
  );
  const dockerCli = findOnPath("docker", set.PATH);
  if (dockerCli === null)
    throw new WrongSettings([
      "PATH: there is no `docker` client on it; install one (23.0 or newer), or run scripts/engine up",
    ]);
  return {
    dockerHost: set.DOCKER_HOST ?? privateEngine() ?? "unix:///var/run/docker.sock",
    dockerCli,
    dockerConfig: resolve(set.DOCKER_CONFIG ?? join(data, "docker")),
    path: set.PATH,
    data,
    baseDomain: set.BASE_DOMAIN,
    concurrency: set.CONCURRENCY,
    probeImage: set.PROBE_IMAGE,
    resolveImage: set.RESOLVE_IMAGE,
  };
};

/** All that the bot needs; what is wrong in either part is told together. */
export const readConfig = (
  env: NodeJS.ProcessEnv = process.env,
): { engine: EngineConfig; bot: BotConfig } => {
  const problems: string[] = [];
  const tryIt = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof WrongSettings)) throw error;
      problems.push(...error.problems);
      return null;
    }
  };
  const [engine, bot] = [tryIt(() => readEngineConfig(env)), tryIt(() => readBotConfig(env))];
  if (engine && bot) return { engine, bot };
  throw new WrongSettings(problems);
};

export const readBotConfig = (env: NodeJS.ProcessEnv = process.env): BotConfig => {
  const set = parse(BotSettings, env);
  return {
    appId: set.APP_ID,
    privateKey: set.PRIVATE_KEY.replaceAll("\\n", "\n"),
    webhookSecret: set.WEBHOOK_SECRET,
    gitHubApiUrl: set.GITHUB_API_URL,
    host: set.HOST,
    port: set.PORT,
    logLevel: set.LOG_LEVEL,
  };
};

/** An empty setting is one that was not made. */
const parse = <T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): z.infer<T> => {
  const made = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(made);
  if (parsed.success) return parsed.data;
  throw new WrongSettings(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`));
};

/** The engine that `scripts/engine up` started, if it did. */
const privateEngine = (): string | null =>
  existsSync(PRIVATE_ENGINE) ? readFileSync(PRIVATE_ENGINE, "utf8").trim() : null;

const findOnPath = (program: string, path: string): string | null => {
  for (const directory of path.split(delimiter)) {
    const file = join(directory, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here; the next one may have it.
    }
  }
  return null;
};
