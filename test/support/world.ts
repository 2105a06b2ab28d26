/**
 * The whole bot between a GitHub and an engine: real webhooks, octokit, git, docker client and wiring, over real sockets;
 * GitHub is the stand-in and the engine the fake one, and time runs fast. A test comments and reads what comes back.
 * Invariant: at the end nothing unread remains: no comment or check run that nobody looked at, no request refused that was
 * not made to fail, no error logged, no secret in a log, a check run, a comment or a file, no stack on the engine.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProbotOctokit } from "probot";
import { expect, onTestFinished } from "vitest";
import { startBot, WEBHOOKS } from "../../src/bot.ts";
import {
  type BotConfig,
  type EngineConfig,
  readBotConfig,
  readEngineConfig,
  secretsOf,
} from "../../src/config.ts";
import { gitOnDisk } from "../../src/git/simple-git.ts";
import { TokenAnswer } from "../../src/github/schema.ts";
import type { Policy } from "../../src/recipe/policy/policy.ts";
import { leaksIn } from "../../src/report/leaks.ts";
import { botLog } from "../../src/runner/bot-log.ts";
import type { StageName } from "../../src/stages/stage.ts";
import { sqliteStore } from "../../src/store/sqlite-store.ts";
import { masksOf } from "../../src/world.ts";
import { type FakeSwarm, fakeSwarm, type Script } from "./fake-swarm/fake-swarm.ts";
import { hurry, now } from "./fake-swarm/hurry.ts";
import type { Fault, Matcher } from "./github/server.ts";
import { type StandIn, startGitHub } from "./github/stand-in.ts";
import type { CheckRun, Person } from "./github/state.ts";
import { goodUpgrade, type Story } from "./recipes.ts";
import { tally } from "./tally.ts";

export type Options = {
  /** Repositories of the owner `coop`, by name; each has pull request 1, which proposes the story's head. */
  recipes?: Record<string, (folder: string, name: string) => Promise<Story>>;
  /** Those of them that anybody may fetch. */
  isPublic?: (name: string) => boolean;
  /** Who has which role; everyone else may read. */
  people?: Person[];
  /** Who is in which team, by `organisation/team`. */
  teams?: Record<string, string[]>;
  /** Whose fork the commits of the pull requests come from, who is their author; the repository's own where none is named. */
  fork?: string;
  script?: Script;
  concurrency?: number;
  /** What a plain `!testme` takes; a story that tells of checks and queues is told with two. */
  stages?: readonly StageName[];
  /** How long a stage may take. */
  stageMs?: number;
  runMs?: number;
  backupBytes?: number;
  testsNetwork?: "stack" | "open";
  repositoryBytes?: number;
  settings?: Partial<BotConfig>;
  /** The PATH on which the bot finds git. */
  path?: string;
  /** What recipes may ask for, where that is not the usual. */
  policy?: Policy;
};
export type World = Awaited<ReturnType<typeof build>>;

const OWNER = "coop";
const PULL = 1;
const BOT = "testme[bot]";
/** Longer than any story takes. */
const GUARD_MS = 60_000;
const LOGGED_AS_ERROR = 50;

/**
 * Opens a world, which closes when the test at hand is over. One at a time in a process: @octokit/auth-app lets two apps
 * that ask for a token of the same installation at the same moment share the answer.
 */
export async function openWorld(options: Options = {}): Promise<World> {
  hurry();
  const folder = await mkdtemp(join(tmpdir(), "testme-world-"));
  const world = await build(folder, options);
  onTestFinished(async ({ task }) => {
    await world.stop();
    const leaks = await world.leaks();
    tally({ leaks: leaks.length });
    await rm(folder, { recursive: true, force: true });
    // What a failed test has not read says nothing.
    if (task.result?.state !== "fail") world.expectNothingUnread();
    expect(leaks, "where a secret can be read").toEqual([]);
  });
  return world;
}

async function build(folder: string, { recipes = { wiki: goodUpgrade }, ...options }: Options) {
  const stories = await writeRecipes(folder, recipes);
  const names = Object.keys(stories);
  const [only = ""] = names;
  const github = await startGitHub({
    recipes: Object.entries(stories).map(([repo, { path }]) => ({
      owner: OWNER,
      repo,
      barePath: path,
      isPublic: options.isPublic?.(repo) ?? false,
    })),
    people: options.people ?? [{ login: "maya", permission: "write" }],
    teams: options.teams ?? {},
  });
  const config: EngineConfig = {
    ...readEngineConfig({ PATH: process.env.PATH, TESTME_DATA: join(folder, "data") }),
    preflightWaitMs: 0,
    stages: options.stages ?? ["install", "upgrade"],
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    ...(options.stageMs !== undefined && { stageMs: options.stageMs }),
    ...(options.runMs !== undefined && { runMs: options.runMs }),
    ...(options.testsNetwork !== undefined && { testsNetwork: options.testsNetwork }),
    ...(options.backupBytes !== undefined && { backupBytes: options.backupBytes }),
    ...(options.repositoryBytes !== undefined && { repositoryBytes: options.repositoryBytes }),
    ...(options.path !== undefined && { path: options.path }),
    ...(options.policy !== undefined && { policy: options.policy }),
  };
  const engine = fakeSwarm(
    { now, dockerCli: config.dockerCli, configDirectory: config.dockerConfig },
    options.script,
  );
  const bot = await listenTo(github, config, options.settings ?? {}, engine);
  for (const [on, { head }] of Object.entries(stories))
    await github.pull(`${OWNER}/${on}`, { number: PULL, head, ...(options.fork && { fork: options.fork }) });
  // What it says of an opening is said before the story begins.
  await bot.answered();

  const planned: (number | "dropped")[] = [];
  const seen = new Map<number, number>();
  const heard = new Set<number>();
  const runsOn = (on: string) => github.checkRuns(`${OWNER}/${on}`);
  const allRuns = () => names.flatMap(runsOn);
  const commentsOn = (on: string) =>
    github.comments(`${OWNER}/${on}`, PULL).filter(({ login }) => login === BOT);
  const errors = () => bot.log.filter((line) => Number(/"level":(\d+)/.exec(line)?.[1]) >= LOGGED_AS_ERROR);
  const newest = (stage: StageName, on: string): CheckRun | undefined =>
    runsOn(on).findLast((run) => run.name === `testme / ${stage}`);
  /** All check runs, oldest first; they count as read. */
  const checkRuns = (on = only): CheckRun[] => {
    for (const run of runsOn(on)) seen.set(run.id, run.history.length);
    return runsOn(on);
  };

  return {
    github,
    engine,
    bot,
    /** The bot's data folder. */
    data: config.data,
    story(on = only): Story {
      const story = stories[on];
      if (story === undefined) throw new Error(`this world has no recipe ${on}`);
      return story;
    },
    /** Posts a comment as that person; resolves when the bot has answered the webhook. */
    async comment(body: string, { by = "maya", on = only } = {}) {
      const { id, delivery } = await github.comment(`${OWNER}/${on}`, PULL, by, body);
      if (delivery === undefined) throw new Error("the comment caused no webhook");
      await bot.answered();
      return { id, delivery };
    },
    /** Presses Re-run on the newest check run of the stage. */
    async rerun(stage: StageName, { by = "maya", on = only } = {}) {
      const delivery = await github.rerequest(newest(stage, on)?.id ?? 0, by);
      await bot.answered();
      return delivery;
    },
    async push(head: string, { by, on = only }: { by?: string; on?: string } = {}) {
      await github.push(`${OWNER}/${on}`, PULL, head, by);
      await bot.answered();
    },
    checkRuns,
    /** The newest check run of the stage. */
    check(stage: StageName, on = only): CheckRun {
      checkRuns(on);
      const found = newest(stage, on);
      if (found === undefined) throw new Error(`there is no check run of ${stage} on ${on}`);
      return found;
    },
    /** As `check`, and nothing is read by it; null where there is none. */
    statusOf: (stage: StageName, on = only): string | null => newest(stage, on)?.status ?? null,
    /** What the bot has said in comments, without the mark that no reader sees; they count as read. */
    replies(on = only): string[] {
      for (const { id } of commentsOn(on)) heard.add(id);
      return commentsOn(on).map(({ body }) => body.replace(/\n\n<!-- testme \S+ -->$/, ""));
    },
    /** A request, or a few, that GitHub does not answer as it should. */
    fail(matcher: Matcher, fault: Fault): void {
      const outcome = "drop" in fault ? "dropped" : fault.status;
      planned.push(...Array<typeof outcome>(fault.times ?? 1).fill(outcome));
      github.fail(matcher, fault);
    },
    /** Looks after every request that GitHub has served. */
    until: (isTrue: () => boolean) => github.until(isTrue, GUARD_MS),
    /** Every accepted run is over, and GitHub shows it. */
    async settled() {
      await bot.idle();
      expect(allRuns().filter(({ status }) => status !== "completed")).toEqual([]);
    },
    /** What the bot logged as errors; they count as read. */
    takeErrors(): string[] {
      const taken = errors();
      bot.log.splice(0, bot.log.length, ...bot.log.filter((line) => !taken.includes(line)));
      return taken;
    },
    /** Ends the bot as SIGTERM does, and then GitHub. */
    async stop(): Promise<void> {
      await bot.stop("the test is over");
      await github.close();
    },
    /** Where a secret of this world can be read, in whatever form: the bot's own, those that GitHub lent it, those that were made. */
    async leaks(): Promise<readonly string[]> {
      const told = { log: bot.log.join(""), "check runs": allRuns(), comments: names.flatMap(commentsOn) };
      const texts = Object.entries(told).map(([name, what]) => [name, JSON.stringify(what)]);
      const files = (await filesBelow(config.data)).map(({ path, content }) => [path, content]);
      return leaksIn(Object.fromEntries([...texts, ...files]), [
        ...bot.secrets,
        ...bot.tokens,
        ...engine.secrets,
      ]);
    },
    expectNothingUnread(): void {
      const unread = allRuns().filter((run) => seen.get(run.id) !== run.history.length);
      const unheard = names.flatMap(commentsOn).filter(({ id }) => !heard.has(id));
      expect(unread, "check runs that nobody read to the end").toEqual([]);
      expect(unheard, "comments that nobody read").toEqual([]);
      expect(refusedBy(github), "requests that went wrong").toEqual(planned.map(String).sort());
      expect(errors(), "errors in the bot's log").toEqual([]);
      expect(engine.stacks(), "stacks left on the engine").toEqual([]);
    },
  };
}

async function writeRecipes(folder: string, recipes: NonNullable<Options["recipes"]>) {
  const made: Record<string, Story> = {};
  for (const [name, write] of Object.entries(recipes))
    made[name] = await write(join(folder, "recipes"), name);
  return made;
}

/** The bot as src/main.ts starts it, with the fake engine; what it logs and which tokens it is given are noted. */
async function listenTo(
  github: StandIn,
  engine: EngineConfig,
  settings: Partial<BotConfig>,
  { swarm, deployer }: FakeSwarm,
) {
  const log: string[] = [];
  const tokens: string[] = [];
  const { appId, privateKey, webhookSecret, url: gitHubApiUrl } = github;
  const bot = {
    ...readBotConfig({
      APP_ID: String(appId),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: webhookSecret,
      GITHUB_API_URL: gitHubApiUrl,
      HOST: "127.0.0.1",
      PORT: "0",
      STOP_GRACE: "0",
    }),
    ...settings,
  };
  const masks = await masksOf(engine, bot);
  const secrets = [...secretsOf(engine, bot).keys()];
  const running = await startBot({
    engine,
    bot,
    masks,
    store: await sqliteStore(engine.data, now),
    tools: {
      git: gitOnDisk(join(engine.data, "mirrors"), engine.path, engine.repositoryBytes),
      swarm,
      deployer,
      policy: engine.policy,
      backupBytes: engine.backupBytes,
      testsNetwork: engine.testsNetwork,
      now,
    },
    log: botLog("trace", masks.hide, { write: (line: string) => void log.push(line) }),
    Octokit: octokitNoting(tokens),
  });
  github.sendWebhooksTo(running.url + WEBHOOKS);
  // Its look at what it missed is over, and asks nothing while a test counts requests.
  await running.idle();
  return { ...running, url: running.url + WEBHOOKS, log, tokens, secrets };
}

/** Octokit's own waiting is off (only the function form survives Probot), and every token that it is given is noted. */
const octokitNoting = (tokens: string[]) =>
  ProbotOctokit.plugin(({ hook }) => {
    hook.after("request", ({ data }) => {
      const given = TokenAnswer.safeParse(data);
      if (given.success) tokens.push(given.data.token);
    });
  }).defaults((given: object) => ({ ...given, retry: { enabled: false }, throttle: { enabled: false } }));

const refusedBy = (github: StandIn): string[] =>
  github.requests
    // That a repository has no testme.yml is an answer, and so is that somebody is not in a team.
    .filter(({ status, path }) => !(status === 404 && /\/contents\/|\/memberships\//.test(path)))
    .map(({ status }) => String(status))
    .filter((status) => !/^[23]/.test(status))
    .sort();

/** Every file below a folder, as latin1 text, so that no byte is lost; what is being written or removed is left out. */
export async function filesBelow(folder: string): Promise<{ path: string; content: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (path) => ({ path, content: await readFile(path, "latin1").catch(() => "") }));
  return Promise.all(read);
}
