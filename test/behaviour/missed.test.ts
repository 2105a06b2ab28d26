/** What was asked while no bot listened is heard when one is back: once, and not where it was answered before. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type BotProcess, botProcess, settingsFor } from "../support/bot-process.ts";
import { type StandIn, startGitHub } from "../support/github/stand-in.ts";
import { goodUpgrade, type Story } from "../support/recipes.ts";

let folder: string;
let github: StandIn;
let story: Story;
let bots: BotProcess[];
const repo = "coop/wiki";

beforeEach(async () => {
  bots = [];
  folder = await mkdtemp(join(tmpdir(), "testme-missed-"));
  story = await goodUpgrade(folder, "wiki");
  github = await startGitHub({
    recipes: ["wiki", "other"].map((name) => ({ owner: "coop", repo: name, barePath: story.path })),
    elsewhere: [{ id: 200, suspendedAt: "2026-01-01T00:00:00Z" }],
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
const start = async (data = "data"): Promise<string> => {
  const bot = botProcess(folder, {
    ...settingsFor(github, join(folder, data)),
    DOCKER_HOST: `unix://${folder}/nothing.sock`,
  });
  bots.push(bot);
  return bot.listening();
};
/** GitHub waits for the address; what the bot asks to be delivered finds it. */
const listen = async (starting: Promise<string>): Promise<void> => {
  github.sendWebhooksTo(starting.then((url) => `${url}/api/github/webhooks`));
  await starting;
};
const concluded = () => github.checkRuns(repo).filter((run) => run.conclusion !== null).length;
const untilConcluded = (count: number) => github.until(() => concluded() === count);
const asked = (method: string, path: RegExp) =>
  github.requests.filter((request) => request.method === method && path.test(request.path));
const LIST = /^\/app\/hook\/deliveries$/;
const REDELIVER = /^\/app\/hook\/deliveries\/\d+\/attempts$/;
const COMMENTS = /^\/repos\/coop\/other\/issues\/comments$/;
/** A look ends with the other repository's comments, and with the list of what was not delivered and what follows from it. */
const untilLooked = (times = 1) =>
  github.until(
    () =>
      asked("GET", COMMENTS).length === times &&
      asked("GET", LIST).filter(({ status }) => status === 200).length === times,
  );

test("a command that was made while no bot was there runs once, whichever way it is found", async () => {
  const { id } = await github.comment(repo, 1, "maya", "Please\n\n!testme");
  expect(github.deliveries.at(-1)?.status).toBeNull();
  await listen(start());
  await untilConcluded(2);
  await untilLooked();
  await github.until(() => asked("POST", REDELIVER).length === 1);
  await github.settled();
  expect(github.reactions(id).map(({ content }) => content)).toEqual(["eyes"]);
  expect(github.checkRuns(repo)).toHaveLength(2);
});

test("what was answered is not answered again by a bot with an empty data folder, be it a run or a refusal", async () => {
  await listen(start());
  await untilLooked();
  await github.pull(repo, { number: 2, head: story.head });
  await github.comment(repo, 1, "maya", "!testme");
  await untilConcluded(2);
  await github.until(() => asked("POST", /reactions$/).length === 1);
  await github.comment(repo, 2, "noor", "!testme");
  await github.until(() => github.comments(repo, 2).length === 2);
  await bots[0]?.kill();
  await listen(start("another"));
  await untilLooked(2);
  await github.settled();
  expect(asked("GET", /reactions$/)).toHaveLength(1);
  expect(github.checkRuns(repo)).toHaveLength(2);
  expect(github.comments(repo, 2)).toHaveLength(2);
});

test("a press of Re-run that did not arrive is delivered once more, and what arrived is not", async () => {
  await listen(start());
  await untilLooked();
  await github.comment(repo, 1, "maya", "!testme");
  await untilConcluded(2);
  await bots[0]?.kill();
  github.sendWebhooksTo(null);
  const pressed = await github.rerequest(github.checkRuns(repo)[0]?.id ?? 0, "maya");
  expect(pressed.status).toBeNull();
  await listen(start());
  await untilConcluded(3);
  await github.settled();
  expect(asked("POST", REDELIVER).map(({ path }) => path)).toEqual([
    `/app/hook/deliveries/${pressed.attempt}/attempts`,
  ]);
  expect(github.deliveries.filter(({ id }) => id === pressed.id).map(({ status }) => status)).toEqual([
    null,
    200,
  ]);
});

test("a suspended installation and a repository that is gone do not keep a command elsewhere from being heard", async () => {
  github.fail({ path: COMMENTS }, { status: 404, times: 1_000 });
  github.fail({ path: REDELIVER }, { status: 404, times: 1_000 });
  await github.comment(repo, 1, "maya", "!testme");
  await listen(start());
  await untilConcluded(2);
  await untilLooked();
  expect(asked("GET", COMMENTS)).toHaveLength(1);
  expect(asked("POST", /^\/app\/installations\/200\/access_tokens$/)).toEqual([]);
});

test("neither a command that was edited into a comment nor one on a closed pull request is heard late", async () => {
  github.fail({ path: REDELIVER }, { status: 404, times: 1_000 });
  await github.pull(repo, { number: 2, head: story.head });
  const { id } = await github.comment(repo, 1, "maya", "Nice");
  await github.editComment(id, "!testme");
  await github.comment(repo, 2, "maya", "!testme");
  await github.closePull(repo, 2);
  await listen(start());
  await untilLooked();
  await github.until(() => asked("POST", REDELIVER).length === 2);
  await github.settled();
  expect(asked("GET", /\/pulls\/2$/)).toHaveLength(1);
  expect(github.allCheckRuns()).toEqual([]);
  expect(asked("POST", /\/(reactions|comments)$/).filter(({ path }) => path.endsWith("reactions"))).toEqual(
    [],
  );
});

test("a GitHub that is away when the bot starts does not keep it from listening", async () => {
  github.fail({ path: /^\/app\/(installations$|hook)/ }, { status: 503, times: 1_000 });
  await listen(start());
  await github.until(() => asked("GET", /^\/app\/installations$/).length === 1);
  const { delivery } = await github.comment(repo, 1, "maya", "!testme");
  expect(delivery?.status).toBe(200);
  await untilConcluded(2);
});

test("a GitHub that is in trouble for a moment does not make a command that was missed wait for an hour", async () => {
  github.fail({ path: REDELIVER }, { status: 404, times: 1_000 });
  github.fail({ path: /^\/app\/installations$/ }, { status: 503 });
  github.fail({ path: /^\/repos\/coop\/wiki\/issues\/comments$/ }, { drop: "after" });
  github.fail({ path: /^\/repos\/coop\/wiki\/pulls\/1$/ }, { status: 500 });
  await github.comment(repo, 1, "maya", "!testme");
  await listen(start());
  await untilConcluded(2);
  expect(asked("GET", /^\/installation\/repositories$/)).toHaveLength(1);
});

test("a webhook that did not arrive is delivered once more, soon, where GitHub is in trouble for a moment", async () => {
  await listen(start());
  await untilLooked();
  await github.comment(repo, 1, "maya", "!testme");
  await untilConcluded(2);
  await bots[0]?.kill();
  github.sendWebhooksTo(null);
  await github.rerequest(github.checkRuns(repo)[0]?.id ?? 0, "maya");
  github.fail({ path: LIST }, { status: 502 });
  github.fail({ path: REDELIVER }, { drop: "before" });
  await listen(start());
  await untilConcluded(3);
});
