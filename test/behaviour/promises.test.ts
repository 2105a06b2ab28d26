/** A comment is a promise: it is taken once, whatever GitHub repeats, and kept, whatever happens to the bot in between. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type BotProcess, botProcess, settingsFor } from "../support/bot-process.ts";
import { type StandIn, startGitHub } from "../support/github/stand-in.ts";
import { goodUpgrade } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

test("a delivery that comes again starts nothing, be it the same one or another of the same comment", async () => {
  const world = await openWorld();
  const { delivery } = await world.comment("!testme");
  const { payload, id } = delivery;
  await world.github.deliver("issue_comment", payload, { id });
  await world.github.deliver("issue_comment", payload, { id: "another-hook-of-the-same-app" });
  await world.settled();
  expect(world.checkRuns()).toHaveLength(2);
});

let folder: string;
let github: StandIn;
const bots: BotProcess[] = [];
const repo = "coop/wiki";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-promises-"));
  const story = await goodUpgrade(folder, "wiki");
  github = await startGitHub({
    recipes: [{ owner: "coop", repo: "wiki", barePath: story.path }],
    people: [{ login: "maya", permission: "write" }],
  });
  await github.pull(repo, { number: 1, head: story.head });
});
afterEach(async () => {
  for (const bot of bots) await bot.kill();
  await github.close();
  await rm(folder, { recursive: true });
});

/** With an engine that is not there, so that every run ends soon, and asks for action. */
const start = async (): Promise<BotProcess> => {
  const bot = botProcess(folder, {
    ...settingsFor(github, join(folder, "data")),
    DOCKER_HOST: `unix://${folder}/nothing.sock`,
  });
  bots.push(bot);
  github.sendWebhooksTo(`${await bot.listening()}/api/github/webhooks`);
  return bot;
};
const ended = () =>
  github.until(() => github.checkRuns(repo).filter((run) => run.conclusion !== null).length === 2);

test("killed after it confirmed a command that it could not answer yet: the next process answers it", async () => {
  github.fail({ path: /permission$/ }, { status: 503, times: 1_000 });
  const bot = await start();
  const { delivery } = await github.comment(repo, 1, "maya", "!testme");
  expect(delivery?.status).toBe(200);
  await bot.kill();
  expect(github.checkRuns(repo)).toEqual([]);
  github.mend();
  await start();
  await ended();
  expect(github.checkRuns(repo)).toHaveLength(2);
});

test("killed while GitHub takes no check run: the next process tells it all, and each only once", async () => {
  github.fail({ path: /check-runs$/ }, { status: 502, times: 1_000 });
  const bot = await start();
  await github.comment(repo, 1, "maya", "!testme");
  await github.until(() => github.requests.some(({ path }) => path.endsWith("/check-runs")));
  await bot.kill();
  github.mend();
  await start();
  await ended();
  expect(github.checkRuns(repo).map(({ conclusion }) => conclusion)).toEqual([
    "action_required",
    "action_required",
  ]);
});

test("killed at the moment its reply went out: the reply is not said twice", async () => {
  // The answer waits for this, and so comes after what is to go wrong is set up.
  github.fail({ path: /permission$/ }, { status: 503 });
  const bot = await start();
  await github.comment(repo, 1, "maya", "!testme dance");
  github.fail({ path: /issues\/1\/comments$/, method: "POST" }, { drop: "after", times: 1_000 });
  await github.until(() => github.comments(repo, 1).length === 2);
  await bot.kill();
  github.mend();
  await start();
  await github.until(
    () =>
      github.requests.filter(({ path, method }) => method === "GET" && path.endsWith("/comments")).length > 1,
  );
  expect(github.comments(repo, 1)).toHaveLength(2);
});
