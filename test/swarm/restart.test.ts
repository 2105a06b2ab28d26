/** The bot is killed while its run works on a real Swarm; the next process ends what it began, and nothing is left. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { type BotProcess, botProcess, settingsFor } from "../support/bot-process.ts";
import { leftovers } from "../support/engine.ts";
import { type StandIn, startGitHub } from "../support/github/stand-in.ts";
import * as recipes from "../support/recipes.ts";
import { engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
const bots: BotProcess[] = [];
afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.kill();
});
afterAll(() => rm(folder, { recursive: true }));

const open = async (name: string) => {
  const story = await recipes.goodUpgrade(folder, name);
  const github = await startGitHub({
    recipes: [{ owner: "coop", repo: name, barePath: story.path }],
    people: [{ login: "maya", permission: "write" }],
  });
  await github.pull(`coop/${name}`, { number: 1, head: story.head });
  return { github, repo: `coop/${name}` };
};
const start = async (github: StandIn, name: string): Promise<BotProcess> => {
  const bot = botProcess(folder, {
    ...settingsFor(github, join(folder, `data-${name}`)),
    DOCKER_HOST: engineHost(),
    PROBE_IMAGE: "testme/fixture:1",
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
  });
  bots.push(bot);
  github.sendWebhooksTo(`${await bot.listening()}/api/github/webhooks`);
  return bot;
};
const check = (github: StandIn, repo: string, stage: string) =>
  github.checkRuns(repo).find(({ name }) => name === `testme / ${stage}`);
const told = (github: StandIn, repo: string, stage: string): string[] =>
  check(github, repo, stage)?.history.map(({ title }) => title ?? "") ?? [];
/** `earlier`: how much another process has told of it. What a newer wording has overtaken is never sent, so no other is sure to come. */
const isAtWork = (github: StandIn, repo: string, stage: string, earlier: number) => () =>
  told(github, repo, stage)
    .slice(earlier)
    .some((title) => title.startsWith("Working"));
/** What the one that is killed leaves behind. Nothing tells from outside when the engine has taken it. */
const untilItStands = async (before: string[]): Promise<void> => {
  while ((await leftovers(engineHost(), { except: before })).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
};
const areOver = (github: StandIn, repo: string) => () =>
  github.checkRuns(repo).length === 2 &&
  github.checkRuns(repo).every(({ conclusion }) => conclusion !== null);

it.each(["install", "upgrade"])(
  "killed in the middle of the %s: it is begun anew, and ends green",
  async (stage) => {
    const before = await leftovers(engineHost());
    const name = `killed-${stage}`;
    const { github, repo } = await open(name);
    const first = await start(github, name);
    await github.comment(repo, 1, "maya", "!testme");
    await github.until(isAtWork(github, repo, stage, 0), 240_000);
    await untilItStands(before);
    await first.kill();
    const second = await start(github, name);
    // What the first one had on its way has arrived by now.
    const earlier = told(github, repo, stage).length;
    await github.until(areOver(github, repo), 240_000);
    expect(github.checkRuns(repo).map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
    expect(told(github, repo, stage).slice(earlier).join()).toContain("Working");
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
    await github.close();
    expect(await leftovers(engineHost(), { except: before })).toEqual([]);
  },
);

it("killed twice by the same run: the third process gives it up, says so, and clears the engine", async () => {
  const before = await leftovers(engineHost());
  const name = "killed-twice";
  const { github, repo } = await open(name);
  for (const nth of [1, 2]) {
    const bot = await start(github, name);
    const earlier = told(github, repo, "install").length;
    if (nth === 1) await github.comment(repo, 1, "maya", "!testme");
    await github.until(isAtWork(github, repo, "install", earlier), 240_000);
    await untilItStands(before);
    await bot.kill();
  }
  const third = await start(github, name);
  await github.until(areOver(github, repo), 240_000);
  for (const { conclusion, output } of github.checkRuns(repo)) {
    expect(conclusion).toBe("action_required");
    expect(output.title).toBe("Could not be judged: testme itself ended twice while it worked on this run");
  }
  await third.kill();
  await github.close();
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});
