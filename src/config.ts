/**
 * Every setting, in one place, and the only reader of the environment. Wrong settings are told all at once, each with what
 * would be right. The bot does not start without a webhook secret: Probot's own default is a word that everybody knows.
 */
import { createHmac } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { unescape as withoutPercents } from "node:querystring";
import * as z from "zod";
import { parseRule, type WhoMay } from "./command/who-may.ts";
import { RULE_NAMES } from "./recipe/policy/judge.ts";
import { defaultPolicy, type Policy, parsePolicy } from "./recipe/policy/policy.ts";
import { STAGES, type StageName } from "./stages/stage.ts";

const PRIVATE_ENGINE = join(import.meta.dirname, "..", ".engine", "host");

const seconds = (usual: number) => z.coerce.number("give a number of seconds").min(0).default(usual);

const UNITS = ["", "k", "m", "g", "t"];
/** An amount in bytes, as the docker client takes it: `512M`, `2G`, `1.5GiB`; thousands are of 1024. */
const Bytes = z
  .string()
  .regex(/^\d+(\.\d+)? ?[kmgt]?(i?b)?$/i, "give an amount such as 512M or 2G")
  .transform((text) => {
    const [, amount = "", unit = ""] = /^([\d.]+) ?([kmgt]?)/i.exec(text) ?? [];
    return Math.round(Number(amount) * 1024 ** UNITS.indexOf(unit.toLowerCase()));
  });

/** In the order in which a run takes them, however they were written. */
const Stages = z
  .string()
  .transform((list) => list.split(",").map((name) => name.trim()))
  .pipe(z.array(z.enum(STAGES, `give a list of: ${STAGES.join(", ")}`)))
  .transform((named) => STAGES.filter((stage) => named.includes(stage)));

/** Who may: a permission on the repository, teams of an organisation, or both. */
const Who = (usual: "write" | "admin") =>
  z
    .string()
    .default(usual)
    .transform((text, { addIssue }) => {
      const rule = parseRule(text);
      if (rule === null) addIssue("give a list of `write`, `admin` and `@organisation/team`, or `nobody`");
      return rule ?? [];
    });

const EngineSettings = z.object({
  DOCKER_HOST: z
    .string()
    .regex(/^(unix|tcp|ssh):\/\//, "give a unix://, tcp:// or ssh:// address")
    .optional(),
  /** Directory of the docker client's config.json, for registries that want a login. */
  DOCKER_CONFIG: z.string().optional(),
  /** A PostgreSQL that several bots share; without it a bot keeps its promises in its data folder. */
  STORE: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "give a postgres:// address, or nothing")
    .optional(),
  /** Where mirrors, trees and evidence go. */
  TESTME_DATA: z.string().optional(),
  /** App domains end in it. */
  BASE_DOMAIN: z
    .string()
    .regex(/^[a-z0-9.-]{1,30}$/, "give a domain of at most 30 characters")
    .default("test.internal"),
  /** How many runs work at once. */
  CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  /** The stages that a plain `!testme` takes. */
  STAGES: Stages.prefault(STAGES.join(",")),
  /** Seconds that a stage may take; a recipe whose own timeout is longer than usual gets more. */
  STAGE_TIMEOUT: seconds(1_800),
  /** Seconds that a whole run may take. */
  RUN_TIMEOUT: seconds(7_200),
  /** For how many days runs, their evidence, and mirrors that nobody needs are kept. */
  KEEP_DAYS: z.coerce.number("give a number of days").int().min(1).max(36_500).default(90),
  /** What has to be free on the engine's host before a run begins; 0 asks for nothing. */
  MIN_FREE_MEMORY: Bytes.prefault("256M"),
  MIN_FREE_DISK: Bytes.prefault("2G"),
  /** What the backups of one run may take of the bot's own disk. */
  MAX_BACKUP: Bytes.prefault("10G"),
  /** What the mirror of one repository may take of it, and what one tree of it may. */
  MAX_REPOSITORY: Bytes.prefault("2G"),
  /** How many seconds a run waits for that, and for an engine that is away; 0: not at all. */
  PREFLIGHT_WAIT: seconds(600),
  /** A small image with `sh`, `nc`, `head`, `timeout`, `df` and `sleep`, for asking apps whether they serve, and for looking at the engine's host. */
  PROBE_IMAGE: z.string().default("busybox:stable"),
  /** What puts recipes on the engine: the docker client, or the abra that is installed here. */
  DEPLOYER: z.enum(["docker", "abra"]).default("docker"),
  /** As `docker stack deploy --resolve-image`; abra always resolves. */
  RESOLVE_IMAGE: z.enum(["always", "changed", "never"]).default("always"),
  /** Which images the engine fetches before a deploy, so that a registry's trouble is told as one. */
  PULL_IMAGES: z.enum(["missing", "never"]).default("missing"),
  /** What a recipe's own tests reach: the services of its stack, or all that their service reaches. */
  OWN_TESTS_NETWORK: z.enum(["stack", "open"]).default("stack"),
  /** What recipes may ask for: JSON, or the path of a file that holds it. */
  POLICY: z.string().optional(),
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
  /** Seconds that runs at work may go on when the bot is asked to stop. */
  STOP_GRACE: seconds(20),
  /** Whether a push ends runs of the old head that are at work already. */
  SUPERSEDE_WORKING: z.enum(["yes", "no"]).default("no"),
  MAY_RUN: Who("write"),
  MAY_CANCEL: Who("write"),
  MAY_RETRY: Who("write"),
  MAY_APPROVE: Who("write"),
  MAY_ADMIN: Who("admin"),
  /** Seconds for which a GitHub that does not say whether somebody may is asked again. */
  GITHUB_WAIT: seconds(600),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
});

export type EngineConfig = {
  dockerHost: string;
  dockerCli: string;
  dockerConfig: string;
  path: string;
  policy: Policy;
  /** Null for the data folder. */
  storeUrl: string | null;
  data: string;
  baseDomain: string;
  concurrency: number;
  /** What a run takes where nobody says more. */
  stages: readonly StageName[];
  stageMs: number;
  runMs: number;
  keepMs: number;
  probeImage: string;
  wantedRoom: { memoryBytes: number; diskBytes: number };
  backupBytes: number;
  testsNetwork: "stack" | "open";
  repositoryBytes: number;
  preflightWaitMs: number;
  resolveImage: "always" | "changed" | "never";
  pullImages: "missing" | "never";
  /** Absolute path of the abra that deploys; null where the docker client does. */
  abra: string | null;
};
export type BotConfig = {
  appId: number;
  privateKey: string;
  webhookSecret: string;
  /** What `testme audit` shows to the bot: both have the same settings. */
  auditToken: string;
  gitHubApiUrl: string;
  stopGraceMs: number;
  supersedeWorking: boolean;
  may: WhoMay;
  gitHubWaitMs: number;
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
  const abra = set.DEPLOYER === "abra" ? findOnPath("abra", set.PATH) : null;
  if (set.DEPLOYER === "abra" && abra === null)
    throw new WrongSettings(["DEPLOYER: there is no `abra` on PATH; install it, or let DEPLOYER be docker"]);
  return {
    dockerHost: set.DOCKER_HOST ?? privateEngine() ?? "unix:///var/run/docker.sock",
    dockerCli,
    dockerConfig: resolve(set.DOCKER_CONFIG ?? join(data, "docker")),
    path: set.PATH,
    policy: policyIn(set.POLICY),
    storeUrl: set.STORE ?? null,
    data,
    baseDomain: set.BASE_DOMAIN,
    concurrency: set.CONCURRENCY,
    stages: set.STAGES,
    stageMs: set.STAGE_TIMEOUT * 1_000,
    runMs: set.RUN_TIMEOUT * 1_000,
    keepMs: set.KEEP_DAYS * 86_400_000,
    probeImage: set.PROBE_IMAGE,
    wantedRoom: { memoryBytes: set.MIN_FREE_MEMORY, diskBytes: set.MIN_FREE_DISK },
    backupBytes: set.MAX_BACKUP,
    testsNetwork: set.OWN_TESTS_NETWORK,
    repositoryBytes: set.MAX_REPOSITORY,
    preflightWaitMs: set.PREFLIGHT_WAIT * 1_000,
    resolveImage: set.RESOLVE_IMAGE,
    pullImages: set.PULL_IMAGES,
    abra,
  };
};

const policyIn = (setting: string | undefined): Policy => {
  if (setting === undefined) return defaultPolicy;
  const read = parsePolicy(setting.trimStart().startsWith("{") ? setting : textIn(setting), RULE_NAMES);
  if (read.is === "policy") return read.policy;
  throw new WrongSettings([`POLICY: ${read.reason}; docs/policy.md has what it may say`]);
};

const textIn = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new WrongSettings(["POLICY: give JSON, or the path of a file that holds it and can be read"]);
  }
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
    auditToken: createHmac("sha256", set.WEBHOOK_SECRET).update("testme audit").digest("hex"),
    gitHubApiUrl: set.GITHUB_API_URL,
    stopGraceMs: set.STOP_GRACE * 1_000,
    supersedeWorking: set.SUPERSEDE_WORKING === "yes",
    may: {
      run: set.MAY_RUN,
      cancel: set.MAY_CANCEL,
      retry: set.MAY_RETRY,
      approve: set.MAY_APPROVE,
      admin: set.MAY_ADMIN,
    },
    gitHubWaitMs: set.GITHUB_WAIT * 1_000,
    host: set.HOST,
    port: set.PORT,
    logLevel: set.LOG_LEVEL,
  };
};

/** What nobody outside may read, by its value: the name to call it by. An empty one is none. `bot` is null in a terminal. */
export const secretsOf = (
  { storeUrl }: Pick<EngineConfig, "storeUrl">,
  bot: BotConfig | null,
): Map<string, string> => {
  const [, password = ""] = /:\/\/[^/@]*?:([^/@]*)@/.exec(storeUrl ?? "") ?? [];
  return new Map([
    [bot?.privateKey ?? "", "PRIVATE_KEY"],
    [bot?.webhookSecret ?? "", "WEBHOOK_SECRET"],
    [bot?.auditToken ?? "", "audit token"],
    [password, "STORE"],
    [withoutPercents(password), "STORE"],
  ]);
};

/** An empty setting is one that was not made. */
const parse = <T extends z.ZodObject>(schema: T, env: NodeJS.ProcessEnv): z.infer<T> => {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const made = { ...set, ...fromFiles(Object.keys(schema.shape), set) };
  const parsed = schema.safeParse(made);
  if (parsed.success) return parsed.data;
  throw new WrongSettings(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`));
};

/** Settings that are secrets may lie in a file, as a container gets them: an environment is readable by more than a file is. */
const FILED: ReadonlySet<string> = new Set(["PRIVATE_KEY", "WEBHOOK_SECRET", "STORE"]);

const fromFiles = (names: readonly string[], set: NodeJS.ProcessEnv): Record<string, string> => {
  const problems: string[] = [];
  const found = names.flatMap((name): [string, string][] => {
    const file = FILED.has(name) ? set[`${name}_FILE`] : undefined;
    if (file === undefined) return [];
    const text = set[name] === undefined ? secretIn(file) : null;
    if (typeof text === "string" && text !== "") return [[name, text]];
    const said =
      text === null
        ? `${name} is given as well; leave one of the two out`
        : `${file} ${text === "" ? "is empty" : `cannot be read (${text.code})`}; name a file that holds the secret and that the bot's user may read`;
    problems.push(`${name}_FILE: ${said}`);
    return [];
  });
  if (problems.length > 0) throw new WrongSettings(problems);
  return Object.fromEntries(found);
};

/** Without the line end that editors leave. */
const secretIn = (file: string): string | { code: string } => {
  try {
    return readFileSync(file, "utf8").trimEnd();
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? "unknown" };
  }
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
