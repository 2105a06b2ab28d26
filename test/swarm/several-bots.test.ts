/**
 * Two bots share a PostgreSQL and a real Swarm. One is killed in the middle of an upgrade: the other ends its run, and nothing
 * is left. And two commands on one head, each heard by another bot, never work on its app domain at the same time.
 */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type BotProcess, botProcess, settingsFor } from "../support/bot-process.ts";
import { leftovers } from "../support/engine.ts";
import { type StandIn, startGitHub } from "../support/github/stand-in.ts";
import { freshDatabase, type Postgres, startPostgres } from "../support/postgres.ts";
import * as recipes from "../support/recipes.ts";
import { engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
const bots: BotProcess[] = [];
let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.kill();
});
afterAll(async () => {
  await postgres.remove();
  await rm(folder, { recursive: true });
});

const open = async (name: string) => {
  const story = await recipes.goodUpgrade(folder, name);
  const github = await startGitHub({
    recipes: [{ owner: "coop", repo: name, barePath: story.path }],
    people: [{ login: "maya", permission: "write" }],
  });
  await github.pull(`coop/${name}`, { number: 1, head: story.head });
  const store = await freshDatabase(postgres.url);
  const start = async (bot: string) => {
    const data = join(folder, `${name}-${bot}`);
    const started = botProcess(folder, {
      ...settingsFor(github, data),
      STORE: store,
      DOCKER_HOST: engineHost(),
      PROBE_IMAGE: "testme/fixture:1",
      RESOLVE_IMAGE: "never",
      PULL_IMAGES: "never",
    });
    bots.push(started);
    return { ...started, data, webhooks: `${await started.listening()}/api/github/webhooks` };
  };
  return { github, repo: `coop/${name}`, bots: [await start("a"), await start("b")] as const };
};
const areOver = (github: StandIn, repo: string, count: number) => () =>
  github.checkRuns(repo).filter(({ conclusion }) => conclusion !== null).length === count;
const conclusions = (github: StandIn, repo: string) =>
  github.checkRuns(repo).map(({ conclusion }) => conclusion);

it("a bot is killed in the middle of an upgrade: the other one begins its run anew, and ends it green", async () => {
  const before = await leftovers(engineHost());
  const { github, repo, bots } = await open("taken-over");
  github.sendWebhooksTo(bots[0].webhooks);
  await github.comment(repo, 1, "maya", "!testme");
  const upgrade = () => github.checkRuns(repo).find(({ name }) => name === "testme / upgrade");
  await github.until(() => upgrade()?.status === "in_progress", 240_000);
  // Only the one that works on it has the run's folder.
  const isAtWork = ({ data }: (typeof bots)[number]) => existsSync(join(data, "runs"));
  expect(bots.filter(isAtWork)).toHaveLength(1);
  const [first, second] = isAtWork(bots[0]) ? bots : [bots[1], bots[0]];
  await first.kill();
  github.sendWebhooksTo(second.webhooks);
  // What the first one told is not all that was told: the second has worked on it too.
  const told = () => upgrade()?.history.map(({ title }) => title ?? "") ?? [];
  const earlier = told().length;
  await github.until(areOver(github, repo, 2), 240_000);
  expect(conclusions(github, repo)).toEqual(["success", "success"]);
  expect(told().slice(earlier).join()).toContain("Working");
  second.child.kill("SIGTERM");
  expect(await second.ended).toBe(0);
  await github.close();
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});

it("two commands on one head, each to another bot: one run after the other, and both end green", async () => {
  const before = await leftovers(engineHost());
  const { github, repo, bots } = await open("side-by-side");
  for (const { webhooks } of bots) {
    github.sendWebhooksTo(webhooks);
    await github.comment(repo, 1, "maya", "!testme");
  }
  await github.until(areOver(github, repo, 4), 240_000);
  expect(conclusions(github, repo)).toEqual(Array(4).fill("success"));
  const spans = github.checkRuns(repo).map(({ external_id, started_at, completed_at }) => ({
    run: external_id.split(":")[1],
    from: Date.parse(started_at ?? ""),
    to: Date.parse(completed_at ?? ""),
  }));
  for (const one of spans)
    for (const other of spans)
      if (one.run !== other.run)
        expect(one.from >= other.to || other.from >= one.to, JSON.stringify([one, other])).toBe(true);
  for (const { child, ended } of bots) {
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  }
  await github.close();
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});
