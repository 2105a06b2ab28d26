/** The bot as a process of its own (src/main.ts): what stops it at boot, and how it ends. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { botProcess, settingsFor } from "../support/bot-process.ts";
import { startGitHub } from "../support/github/stand-in.ts";
import { goodUpgrade } from "../support/recipes.ts";

let folder: string;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-boot-"));
});
afterAll(async () => {
  for (const close of closing) await close();
  await rm(folder, { recursive: true });
});

const boot = (env: Record<string, string>) => {
  const bot = botProcess(folder, env);
  closing.push(bot.kill);
  return bot;
};

test.concurrent("without settings it does not start, and names all that is wrong at once", async () => {
  const { ended, stderr } = boot({ CONCURRENCY: "none", GITHUB_API_URL: "somewhere" });
  expect(await ended).toBe(1);
  const said = await stderr;
  expect(said).toMatch(/^ {2}APP_ID: give /m);
  expect(said).toMatch(/^ {2}PRIVATE_KEY: give /m);
  expect(said).toMatch(/^ {2}WEBHOOK_SECRET: give /m);
  expect(said).toMatch(/^ {2}GITHUB_API_URL: /m);
  expect(said).toMatch(/^ {2}CONCURRENCY: /m);
  expect(said).not.toContain("    at ");
});

test.concurrent("a webhook secret that anyone could guess is none", async () => {
  const { ended, stderr } = boot({ APP_ID: "1", PRIVATE_KEY: "PRIVATE KEY", WEBHOOK_SECRET: "short" });
  expect(await ended).toBe(1);
  expect(await stderr).toMatch(/^The settings are wrong:\n {2}WEBHOOK_SECRET: .*at least 8 characters\n$/);
});

test.concurrent("with an engine that is not there it starts, tells it on the checks, and ends on SIGTERM", async () => {
  const story = await goodUpgrade(folder, "wiki");
  const github = await startGitHub({
    recipes: [{ owner: "coop", repo: "wiki", barePath: story.path }],
    people: [{ login: "maya", permission: "write" }],
  });
  closing.push(github.close);
  const { child, ended, listening } = boot({
    ...settingsFor(github, join(folder, "data")),
    DOCKER_HOST: `unix://${folder}/nothing.sock`,
  });
  github.sendWebhooksTo(`${await listening()}/api/github/webhooks`);
  await github.pull("coop/wiki", { number: 1, head: story.head });
  const { delivery } = await github.comment("coop/wiki", 1, "maya", "!testme");
  expect(delivery?.status).toBe(200);
  await github.until(
    () => github.checkRuns("coop/wiki").filter((run) => run.conclusion !== null).length === 2,
  );
  for (const { conclusion, output } of github.checkRuns("coop/wiki")) {
    expect(conclusion).toBe("action_required");
    expect(output.title).toMatch(
      /^(Level 0 of 5 · )?Could not be judged: The Docker engine at unix:.* does not answer/,
    );
  }
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});
