// Real recipes for real tests: bare git repositories in Co-op Cloud shape, one function for each story that a run can
// live through. Every story is the same healthy recipe with one difference between base and head, so that only the
// difference can explain the verdict. Commits have fixed dates: the same story has the same commits every time.
// The image is testme/fixture, whose environment decides how it behaves (test/fixtures/image/app).
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";

const run = promisify(execFile);

/** Path in the recipe → content. */
export type Files = Record<string, string>;

/** A story ready to be told: the repository, the released base and the head that a pull request proposes. */
export type Story = { path: string; base: string; head: string };

export const baseVersion = "1.0.0+1.0";
export const headVersion = "1.1.0+1.1";

// ── repositories ─────────────────────────────────────────────────────────────

/**
 * Makes `<dir>/<name>.git`, a bare repository: each version is a commit on main with an annotated tag, each head a
 * branch that starts at the last version. Commits are 40 hex, by version and by branch name.
 */
export async function createRecipe<V extends string, H extends string>(
  dir: string,
  name: string,
  history: { versions: Record<V, Files>; heads: Record<H, Files> },
): Promise<{ path: string; versions: Record<V, string>; heads: Record<H, string> }> {
  const path = join(dir, `${name}.git`);
  await mkdir(dir, { recursive: true });
  await git(dir, "init", "--quiet", "--bare", "--initial-branch=main", path);
  await git(path, "config", "uploadpack.allowAnySHA1InWant", "true"); // as the large forges do
  const versions = {} as Record<V, string>;
  const heads = {} as Record<H, string>;
  let tip: string | undefined;
  for (const version of Object.keys(history.versions) as V[]) {
    tip = await commit(path, history.versions[version], `chore: publish ${version} release`, tip);
    versions[version] = tip;
    await git(path, "update-ref", "refs/heads/main", tip);
    await git(path, "tag", "--annotate", "--message", `chore: publish ${version} release`, version, tip);
  }
  for (const branch of Object.keys(history.heads) as H[]) {
    heads[branch] = await commit(path, history.heads[branch], `feat: ${branch}`, tip);
    await git(path, "update-ref", `refs/heads/${branch}`, heads[branch]);
  }
  return { path, versions, heads };
}

async function commit(path: string, files: Files, message: string, parent?: string): Promise<string> {
  const tree = await mkdtemp(`${path}.tree-`);
  try {
    for (const [file, content] of Object.entries(files)) {
      await mkdir(dirname(join(tree, file)), { recursive: true });
      await writeFile(join(tree, file), content);
    }
    await git(path, `--work-tree=${tree}`, "add", "--all", "--force", ".");
    const written = await git(path, "write-tree");
    return await git(path, "commit-tree", written, "-m", message, ...(parent ? ["-p", parent] : []));
  } finally {
    await rm(tree, { recursive: true });
  }
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const who = { NAME: "Recipe Maintainer", EMAIL: "maintainer@example.com", DATE: "2026-01-01T00:00:00Z" };
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
  };
  for (const [key, value] of Object.entries(who)) {
    env[`GIT_AUTHOR_${key}`] = value;
    env[`GIT_COMMITTER_${key}`] = value;
  }
  if (cwd.endsWith(".git")) env.GIT_DIR = cwd;
  return (await run("git", args, { cwd, env })).stdout.trim();
}

// ── files ────────────────────────────────────────────────────────────────────

/** How one version of a service differs from the plain healthy one. */
type ServiceShape = {
  image?: string;
  /** Behaviour of the fixture; merged over a web server on port 8080. */
  env?: Record<string, string>;
  hasHealthcheck?: boolean;
  /** false: no update_config at all, Swarm's defaults. */
  updateConfig?: false | Record<string, string>;
  resources?: { limits?: { memory: string }; reservations?: { memory: string } };
  labels?: string[];
};

/** How one version of a recipe differs from the plain healthy one, whose only service is `app`. */
type RecipeShape = {
  version?: string;
  timeoutS?: number;
  composeFile?: string;
  app?: ServiceShape;
  worker?: ServiceShape | undefined;
  /** Rewrites compose.yml as text, for what no shape can express. */
  edit?: (compose: string) => string;
  /** Further files. */
  files?: Files;
};

export function recipeFiles(name: string, shape: RecipeShape): Files {
  const compose = composeYml(shape);
  return {
    "compose.yml": shape.edit?.(compose) ?? compose,
    ".env.sample": envSample(name, shape),
    "abra.sh": `export APP_CONF_VERSION=v1\n`,
    "app.conf": `greeting = "hello from ${name}"\n`,
    "README.md": `# ${name}\n\n* **Category**: Apps\n* **Status**: 3, stable\n* **Image**: testme/fixture\n* **Healthcheck**: Yes\n`,
    ...shape.files,
  };
}

function envSample(name: string, { timeoutS = 60, composeFile = "compose.yml" }: RecipeShape): string {
  return `TYPE=${name}
TIMEOUT=${timeoutS}
COMPOSE_FILE="${composeFile}"

DOMAIN=${name}.example.com
## Domain aliases
#EXTRA_DOMAINS=', \`www.${name}.example.com\`'
LETS_ENCRYPT_ENV=production
`;
}

function composeYml({ version = baseVersion, app = {}, worker }: RecipeShape): string {
  const traefik = [
    "traefik.enable=true",
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: compose interpolates these
    "traefik.http.services.${STACK_NAME}.loadbalancer.server.port=8080",
    "traefik.http.routers.${STACK_NAME}.rule=Host(`${DOMAIN}`${EXTRA_DOMAINS})",
    "traefik.http.routers.${STACK_NAME}.entrypoints=web-secure",
    "traefik.http.routers.${STACK_NAME}.tls.certresolver=${LETS_ENCRYPT_ENV}",
    `coop-cloud.\${STACK_NAME}.version=${version}`,
    "coop-cloud.${STACK_NAME}.timeout=${TIMEOUT:-120}",
  ];
  return stringify(
    {
      version: "3.8",
      services: {
        app: {
          ...service(
            { ...app, labels: [...traefik, ...(app.labels ?? [])] },
            { VERSION: version, SERVE: "8080", STATE_DIR: "/data" },
          ),
          networks: ["proxy", "internal"],
          volumes: ["data:/data"],
          configs: [{ source: "app_conf", target: "/etc/app.conf" }],
        },
        ...(worker && { worker: { ...service(worker, {}), networks: ["internal"] } }),
      },
      networks: { proxy: { external: true }, internal: { driver: "overlay" } },
      volumes: { data: null },
      configs: { app_conf: { name: "${STACK_NAME}_app_conf_${APP_CONF_VERSION}", file: "app.conf" } },
      // biome-ignore-end lint/suspicious/noTemplateCurlyInString: compose interpolates these
    },
    { lineWidth: 0, nullStr: "", aliasDuplicateObjects: false },
  );
}

function service(shape: ServiceShape, env: Record<string, string>) {
  const {
    image = "testme/fixture:1",
    hasHealthcheck = true,
    updateConfig = startFirst,
    resources,
    labels,
  } = shape;
  return {
    image,
    environment: Object.entries({ ...env, ...shape.env }).map(([key, value]) => `${key}=${value}`),
    stop_grace_period: "1s",
    ...(hasHealthcheck && {
      healthcheck: {
        test: ["CMD", "/app-health"],
        interval: "1s",
        timeout: "2s",
        retries: 3,
        start_period: "0s",
      },
    }),
    deploy: {
      endpoint_mode: "dnsrr",
      restart_policy: { condition: "any", delay: "1s" },
      ...(updateConfig && { update_config: updateConfig }),
      ...(resources && { resources }),
      ...(labels && { labels }),
    },
  };
}

// ── stories ──────────────────────────────────────────────────────────────────

const startFirst = { failure_action: "rollback", order: "start-first", monitor: "3s" };

/** A story is one healthy recipe, what its base is like, and what the head changes in that. */
export async function story(
  dir: string,
  name: string,
  base: RecipeShape,
  change: RecipeShape,
): Promise<Story> {
  const head: RecipeShape = { version: headVersion, ...base, ...change };
  if (base.app || change.app) head.app = { ...base.app, ...change.app };
  const made = await createRecipe(dir, name, {
    versions: { [baseVersion]: recipeFiles(name, base) },
    heads: { change: recipeFiles(name, head) },
  });
  return { path: made.path, base: made.versions[baseVersion], head: made.heads.change };
}

/** A new image that starts and serves. */
export function goodUpgrade(dir: string, name = "good-upgrade"): Promise<Story> {
  return story(dir, name, {}, { app: { image: "testme/fixture:2" } });
}

/**
 * The kernel kills the new task before it is healthy, Swarm rolls back, the old task keeps serving. On the budget of the
 * private engine (512 MiB) one task fits and two do not; with `budget: "task"`, for an engine without one, the head
 * limits its own memory too tightly.
 */
export function oomRollback(
  dir: string,
  { budget, name = "oom-rollback" }: { budget: "engine" | "task"; name?: string },
): Promise<Story> {
  const app = { updateConfig: { ...startFirst, monitor: "5s" }, env: { EAT_MIB: "200" } };
  const limit = budget === "task" ? { resources: { limits: { memory: "256M" } } } : {};
  return story(dir, name, { app }, { app: { env: { EAT_MIB: "320" }, ...limit } });
}

/**
 * One recipe with three proposals: a good one, one whose new task needs more memory than is left beside the old one, and
 * one that is as good as the first.
 */
export async function threeProposals(dir: string, name: string, budget: "engine" | "task") {
  const updateConfig = { ...startFirst, monitor: "5s" };
  const app: ServiceShape = { updateConfig, env: { EAT_MIB: "200" } };
  const limit = budget === "task" ? { resources: { limits: { memory: "256M" } } } : {};
  const head = (change: ServiceShape) =>
    recipeFiles(name, { version: headVersion, app: { ...app, ...change } });
  const { path, versions, heads } = await createRecipe(dir, name, {
    versions: { [baseVersion]: recipeFiles(name, { app }) },
    heads: {
      good: head({ image: "testme/fixture:2" }),
      hungry: head({ env: { EAT_MIB: "320" }, ...limit }),
      also_good: head({ env: { EAT_MIB: "200", GREETING: "hello" } }),
    },
  });
  return { path, base: versions[baseVersion], ...heads };
}

/** The new task exits 3 before it is healthy: rolled back, the old task untouched. */
export function exitRollback(dir: string, name = "exit-rollback"): Promise<Story> {
  return story(dir, name, {}, { app: { env: { SLOW_START: "30", EXIT_AFTER: "1", EXIT_CODE: "3" } } });
}

/** The new task never passes its healthcheck: rolled back, the old task untouched. */
export function healthRollback(dir: string, name = "health-rollback"): Promise<Story> {
  return story(dir, name, {}, { app: { env: { HEALTH: "bad" } } });
}

/** The new task exits 3 under Swarm's default policy: the update pauses and the service is left broken. */
export function pausedUpdate(dir: string, name = "paused-update"): Promise<Story> {
  const env = { SLOW_START: "30", EXIT_AFTER: "1", EXIT_CODE: "3" };
  return story(dir, name, { app: { updateConfig: false } }, { app: { env } });
}

/** The head reserves memory that no node has: its task stays pending for ever, with a deadline of 8 s. */
export function neverConverges(dir: string, name = "never-converges"): Promise<Story> {
  return story(dir, name, {}, { timeoutS: 8, app: { resources: { reservations: { memory: "900G" } } } });
}

/** Runs past its monitor of 1 s, and then exits, again and again; also on a fresh install. */
export function crashLoop(dir: string, name = "crash-loop"): Promise<Story> {
  const app = { hasHealthcheck: false, updateConfig: { ...startFirst, monitor: "1s" } };
  return story(dir, name, { app }, { app: { env: { EXIT_AFTER: "3.5", EXIT_CODE: "3" } } });
}

/** Runs and is healthy, and answers every request with an error. */
export function notServing(dir: string, name = "not-serving"): Promise<Story> {
  return story(dir, name, {}, { timeoutS: 8, app: { env: { SERVE_STATUS: "502 Bad Gateway" } } });
}

/** The head names an image that is nowhere. */
export function imageMissing(dir: string, name = "image-missing"): Promise<Story> {
  return story(dir, name, {}, { app: { image: "testme/absent:1" } });
}

/** All that the head changes is a deploy label of `worker`: nothing of the worker has to roll. */
export function labelOnly(dir: string, name = "label-only"): Promise<Story> {
  const worker = { labels: ["backupbot.backup=false"] };
  return story(
    dir,
    name,
    { worker },
    { version: baseVersion, worker: { labels: ["backupbot.backup=true"] } },
  );
}

/** The head's compose.yml is not YAML: a tab indents `image` (line 4). */
export function brokenYaml(dir: string, name = "broken-yaml"): Promise<Story> {
  return story(dir, name, {}, { edit: (compose) => compose.replace("    image:", "\timage:") });
}

/** The head's COMPOSE_FILE names compose.postgres.yml, which does not exist. */
export function missingComposeFile(dir: string, name = "missing-compose-file"): Promise<Story> {
  return story(dir, name, {}, { composeFile: "compose.yml:compose.postgres.yml" });
}

/** The head calls its only service `web`; a recipe needs one called `app`. */
export function noAppService(dir: string, name = "no-app-service"): Promise<Story> {
  return story(dir, name, {}, { edit: (compose) => compose.replace("\n  app:\n", "\n  web:\n") });
}
