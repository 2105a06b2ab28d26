/**
 * The whole of it: GitHub, the lanes and the killer, until the rounds are had or the time is over; then peace, in which what is
 * open has to end and each lane has to come to a green end once more, on the very app domains that were fought over.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { settingsFor, TWO_STAGES } from "../../test/support/bot-process.ts";
import { leftovers } from "../../test/support/engine.ts";
import { type StandIn, startGitHub } from "../../test/support/github/stand-in.ts";
import { TEST_POLICY } from "../../test/support/policy.ts";
import { randomFrom } from "../statistics.ts";
import { createBots } from "./bots.ts";
import { wrongOf } from "./count.ts";
import { listenToEngine } from "./engine-news.ts";
import { killBots } from "./killer.ts";
import { createLanes, type Lanes, OWNER, PULL, WHO } from "./lanes.ts";
import { createHub, type News } from "./news.ts";
import { createPhases } from "./phases.ts";
import { laneRecipe } from "./recipes.ts";
import { type Exchange, startRelay } from "./relay.ts";
import { createStory } from "./story.ts";
import { createTroubles } from "./trouble.ts";

type Options = {
  folder: string;
  host: string;
  rounds: number | null;
  minutes: number | null;
  seed: number;
  lanes: number;
  logFile: string;
};
type Tally = {
  rounds: number;
  kills: number;
  faults: number;
  lost: number;
  doubled: number;
  leftOver: number;
  /** Conclusions that nothing justified. */
  wrong: number;
};

/** For what ends the last runs, and as long again for what proves the lanes. */
const PEACE_MS = 120_000;
/** What peace takes where nothing is wrong; a time that was given has to have room for it. */
const USUAL_PEACE_MS = 130_000;
const STOPS_WITHIN_MS = 60_000;
/** A bot writes to GitHub once a second for each, and one alone would be all that these runs wait for. */
const INSTALLATIONS = 4;

export const playChaos = async (options: Options): Promise<Tally> => {
  const { folder, host } = options;
  const names = Array.from({ length: options.lanes }, (_, n) => `c${String(n).padStart(3, "0")}`);
  const github = await openGitHub(folder, names);
  const before = await leftovers(host);
  const hub = createHub();
  const phases = createPhases();
  hub.hear(phases.hear);
  const troubles = createTroubles(randomFrom(options.seed + 1));
  const tell = (exchange: Exchange, at: "asked" | "answered") => {
    const news = newsOf(exchange, at);
    if (news) hub.tell(news);
  };
  const watcher = {
    asked: (exchange: Exchange) => tell(exchange, "asked"),
    answered: (exchange: Exchange) => tell(exchange, "answered"),
  };
  const toGitHub = await startRelay({ ...watcher, troubleOf: troubles.atGitHub });
  toGitHub.to(github.url);
  const toBot = await startRelay({ ...watcher, troubleOf: troubles.onTheWay });
  github.sendWebhooksTo(`${toBot.url}/api/github/webhooks`);
  const engine = listenToEngine(host, hub.tell);
  const bots = createBots(envOf(options, github, toGitHub.url), options.logFile);
  const lanes = createLanes(names, github, phases, hub);
  const story = createStory(names, phases, lanes, troubles);

  const random = randomFrom(options.seed);
  const over = new AbortController();
  const end = options.minutes === null ? null : Date.now() + options.minutes * 60_000 - USUAL_PEACE_MS;
  const isMoreWanted = (): boolean => {
    if (over.signal.aborted || (end !== null && Date.now() > end)) return false;
    return options.rounds === null || roundsOf(lanes) < options.rounds;
  };
  /** In time, the last runs are disturbed as well. */
  const isEnough = () => !isMoreWanted() && (end !== null || lanes.open().every(({ deaths }) => deaths > 0));
  const killing = killBots(
    {
      bots,
      hub,
      random,
      hit: () => lanes.open().filter(({ deaths }) => deaths > 0).length,
      dies(aim) {
        story.killed(aim);
        lanes.died();
      },
      starts() {
        phases.begunAnew();
        if (isEnough()) over.abort();
      },
      listens: toBot.to,
    },
    over.signal,
  );
  const working = lanes.work(isMoreWanted).finally(() => over.abort());
  await killing;

  troubles.spareCommands();
  // What no bot has heard yet is found at a start.
  await bots.stop(STOPS_WITHIN_MS);
  await bots.kill();
  const inPeace = await bots.start();
  if (inPeace === null) throw new Error("no bot came up for the peace");
  toBot.to(inPeace);
  await Promise.race([working, delay(PEACE_MS, undefined, { ref: false })]);
  const last = await lanes.once(PEACE_MS);
  await bots.stop(STOPS_WITHIN_MS);
  await bots.kill();
  bots.close();
  engine.close();

  const wrong = names.flatMap((name) => wrongOf(seenOf(github, name)));
  for (const { is, what } of wrong) console.error(`${is}: ${what}`);
  const left = await leftovers(host, { except: before });
  for (const what of left) console.error(`left: ${what}`);
  const unjust = story.unjust(github);
  for (const what of unjust) console.error(`wrong: ${what}`);
  story.end(last);
  await Promise.all([toGitHub.close(), toBot.close(), github.close()]);
  return {
    rounds: lanes.disturbed().length,
    kills: story.kills(),
    faults: troubles.count(),
    lost: wrong.filter(({ is }) => is === "lost").length,
    doubled: wrong.filter(({ is }) => is === "doubled").length,
    leftOver: left.length,
    wrong: unjust.length,
  };
};

/** Those that are had, and those that will be. */
const roundsOf = (lanes: Lanes): number =>
  lanes.asked().filter(({ deaths, isOver }) => deaths > 0 || !isOver).length;

const openGitHub = async (folder: string, names: readonly string[]): Promise<StandIn> => {
  const made = await Promise.all(names.map((name, n) => laneRecipe(folder, name, n)));
  const github = await startGitHub({
    recipes: made.map(({ path }, n) => ({
      owner: OWNER,
      repo: names[n] ?? "",
      barePath: path,
      installation: 1 + (n % INSTALLATIONS),
    })),
    people: [{ login: WHO, permission: "write" }],
  });
  for (const [n, { head }] of made.entries())
    await github.pull(`${OWNER}/${names[n]}`, { number: PULL, head });
  return github;
};

const envOf = ({ folder, host, lanes }: Options, github: StandIn, apiUrl: string) => ({
  PATH: process.env.PATH ?? "",
  HOME: folder,
  ...settingsFor(github, join(folder, "data")),
  GITHUB_API_URL: apiUrl,
  DOCKER_HOST: host,
  PROBE_IMAGE: "testme/fixture:1",
  RESOLVE_IMAGE: "never",
  PULL_IMAGES: "never",
  POLICY: TEST_POLICY,
  CONCURRENCY: String(lanes),
});

const CheckRunBody = z.object({ name: z.string(), conclusion: z.string().optional() });
const CommandBody = z.object({ repository: z.object({ name: z.string() }) });

const newsOf = ({ method, path, event, body }: Exchange, at: "asked" | "answered"): News | null => {
  if (event === "issue_comment")
    return { is: "command", lane: CommandBody.parse(JSON.parse(body)).repository.name, at };
  const lane = /^\/repos\/[^/]+\/([^/]+)\/check-runs(\/\d+)?$/.exec(path)?.[1];
  if (event !== null || lane === undefined || method === "GET") return null;
  const { name, conclusion } = CheckRunBody.parse(JSON.parse(body));
  return {
    is: "check-run",
    lane,
    at,
    isLast: name === `testme / ${TWO_STAGES.at(-1)}`,
    isFinished: conclusion !== undefined,
  };
};

const seenOf = (github: StandIn, name: string) => {
  const repo = `${OWNER}/${name}`;
  const comments = github.comments(repo, PULL);
  return {
    repo,
    commands: comments.filter(({ login }) => login === WHO).map(({ id }) => id),
    replies: comments.filter(({ login }) => login !== WHO).length,
    reactions: (id: number) => github.reactions(id).length,
    checkRuns: github.checkRuns(repo),
    stages: TWO_STAGES,
  };
};
