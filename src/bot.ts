/**
 * The bot as one thing that starts and stops: the Probot app over plain HTTP, the worker behind it, the announcer beside it.
 * Stopping ends every run at its next safe point, cleans up, and tells GitHub before the door is closed.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { createNodeMiddleware, Probot, ProbotOctokit } from "probot";
import { testmeApp } from "./app.ts";
import type { BotConfig, EngineConfig } from "./config.ts";
import type { Run } from "./run/run.ts";
import type { Tools } from "./runner/executors.ts";
import { createBot } from "./world.ts";

export const WEBHOOKS = "/api/github/webhooks";
const GITHUB_ANSWERS_WITHIN_MS = 30_000;
/** A bot that was asked to stop cannot wait for a GitHub that is down. */
const TOLD_WITHIN_MS = 20_000;

/** Keeps to GitHub's pace (octokit's throttling). What is sent again, and for how long, is the announcer's business. */
const PoliteOctokit = ProbotOctokit.defaults((given: object) => ({ ...given, retry: { enabled: false } }));

export type RunningBot = { url: string; stop: (why: string) => Promise<void> };
export type BotParts = {
  engine: EngineConfig;
  bot: BotConfig;
  tools: Tools;
  log: Logger;
  Octokit?: typeof ProbotOctokit;
};

export const startBot = async ({
  engine,
  bot,
  tools,
  log,
  Octokit = PoliteOctokit,
}: BotParts): Promise<RunningBot> => {
  const probot = new Probot({
    appId: bot.appId,
    privateKey: bot.privateKey,
    secret: bot.webhookSecret,
    baseUrl: bot.gitHubApiUrl,
    log,
    Octokit,
    request: {
      fetch: (url: string, init: RequestInit) =>
        fetch(url, { ...init, signal: AbortSignal.timeout(GITHUB_ANSWERS_WITHIN_MS) }),
    },
  });
  const logRun = (run: Run, error: unknown) =>
    log.error({ err: error, run: run.id }, "the run could not be concluded or reported");
  const made = createBot(engine, tools, (installation) => probot.auth(installation), logRun);
  const webhooks = await createNodeMiddleware(testmeApp(made), { probot, webhooksPath: WEBHOOKS });
  const server = createServer((request, response) => {
    if (request.url === "/healthz") return void response.writeHead(200).end("ok\n");
    void webhooks(request, response, () => response.writeHead(404).end("There is nothing here.\n"));
  });
  return {
    url: await listen(server, bot.host, bot.port),
    async stop(why) {
      await made.worker.stop(why);
      const isTold = await Promise.race([
        made.announcer.settled().then(() => true),
        delay(TOLD_WITHIN_MS, false, { ref: false }),
      ]);
      if (!isTold) log.error("GitHub could not be told how the last runs ended: it does not answer");
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const listen = async (server: Server, host: string, port: number): Promise<string> => {
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  // An IP server's address is never a string.
  const { address, port: got } = server.address() as AddressInfo;
  return `http://${address.includes(":") ? `[${address}]` : address}:${got}`;
};
