/**
 * The bot as one thing that starts and stops: the Probot app over plain HTTP, the worker behind it, the outbox beside it.
 * Stopping takes no more, lets what is at work go on for a while, ends it at its next safe point and cleans up, and tells GitHub
 * before the door is closed.
 */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { Probot, ProbotOctokit } from "probot";
import { testmeApp } from "./app.ts";
import type { BotConfig, EngineConfig } from "./config.ts";
import type { Reply } from "./door/deliveries.ts";
import { openDoor } from "./door/door.ts";
import { hearingTokens } from "./github/heard-tokens.ts";
import { fetchWhole } from "./github/whole-fetch.ts";
import { parseExternalId } from "./report/check-run.ts";
import type { Masks } from "./runner/masks.ts";
import type { Tools } from "./runner/work.ts";
import type { Store } from "./store/store.ts";
import { createBot } from "./world.ts";

export const WEBHOOKS = "/api/github/webhooks";
const AUDIT = /^\/audit\?last=(\d{1,6})$/;
const GITHUB_ANSWERS_WITHIN_MS = 30_000;
/** A bot that was asked to stop cannot wait for a GitHub that is down. */
const TOLD_WITHIN_MS = 20_000;
const ANSWERED_WITHIN_MS = 5_000;

/** Keeps to GitHub's pace (octokit's throttling). What is sent again, and for how long, is the announcer's business. */
const PoliteOctokit = ProbotOctokit.defaults((given: object) => ({ ...given, retry: { enabled: false } }));

export type RunningBot = {
  url: string;
  /** Resolves when whatever was said to it has its answer, be it a refusal or a run that is queued. */
  answered: () => Promise<void>;
  /** Resolves when nothing is left to answer, to work on or to tell. */
  idle: () => Promise<void>;
  stop: (why: string) => Promise<void>;
};
export type BotParts = {
  engine: EngineConfig;
  bot: BotConfig;
  tools: Tools;
  /** Closed when the bot has stopped. */
  store: Store;
  masks: Masks;
  log: Logger;
  Octokit?: typeof ProbotOctokit;
};

export const startBot = async ({
  engine,
  bot,
  tools,
  store,
  masks,
  log,
  Octokit = PoliteOctokit,
}: BotParts): Promise<RunningBot> => {
  const probot = new Probot({
    appId: bot.appId,
    privateKey: bot.privateKey,
    secret: bot.webhookSecret,
    baseUrl: bot.gitHubApiUrl,
    log,
    Octokit: hearingTokens(Octokit, masks.learnToken),
    request: { fetch: fetchWhole(GITHUB_ANSWERS_WITHIN_MS) },
  });
  const made = createBot(
    engine,
    bot,
    store,
    tools,
    masks,
    (installation) => probot.auth(installation),
    (err, what, about) => log.error({ err, ...about }, what),
    (about, what) => log.info(about, what),
  );
  const app = testmeApp(made.intake, tools.now);
  await probot.load(app);
  await made.recover();
  const server = openDoor({
    webhooks: probot.webhooks,
    webhooksPath: WEBHOOKS,
    log,
    pageOf(request) {
      if (request.url === "/healthz") return Promise.resolve({ status: 200, body: "ok\n" });
      const last = AUDIT.exec(request.url ?? "")?.[1];
      if (last !== undefined) return auditOf(store, bot, request, Number(last));
      return made.pages.get(request.url ?? "")?.() ?? null;
    },
  });
  const lookingAfter = new AbortController();
  let rounds: ReturnType<typeof made.lookAfter> | null = null;
  let ending: Promise<void> | null = null;
  const end = async (why: string): Promise<void> => {
    lookingAfter.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    await Promise.race([made.intake.settled(), delay(ANSWERED_WITHIN_MS, undefined, { ref: false })]);
    await made.queue.drain(why, bot.stopGraceMs);
    // What GitHub does not take by then is kept, and sent after the next start.
    await Promise.race([made.outbox.settled(), delay(TOLD_WITHIN_MS, undefined, { ref: false })]);
    server.closeAllConnections();
    await closed;
    // A round that is under way works in the folder and in the store.
    await Promise.race([rounds?.settled(), delay(ANSWERED_WITHIN_MS, undefined, { ref: false })]);
    await store.close();
  };
  const url = await listen(server, bot.host, bot.port);
  // Only now: what GitHub delivers once more has to find the door open.
  rounds = made.lookAfter(lookingAfter.signal);
  return {
    url,
    async answered() {
      await made.missed.settled();
      await made.intake.settled();
      await made.outbox.settled(({ key }) => parseExternalId(key) === null);
    },
    async idle() {
      await made.missed.settled();
      await made.intake.settled();
      await made.queue.idle();
      await made.outbox.settled();
    },
    stop: (why) => (ending ??= end(why)),
  };
};

/** It names people, so it is for whoever has the bot's settings (`testme audit`). */
const auditOf = async (
  store: Pick<Store, "decisions">,
  { auditToken }: Pick<BotConfig, "auditToken">,
  request: IncomingMessage,
  last: number,
): Promise<Reply> => {
  const [shown, wanted] = [request.headers.authorization ?? "", `Bearer ${auditToken}`].map((text) =>
    Buffer.from(text),
  );
  if (!shown || !wanted || shown.length !== wanted.length || !timingSafeEqual(shown, wanted))
    return { status: 401, body: "Ask by `testme audit`, with the bot's settings.\n" };
  const headers = { "content-type": "application/json" };
  return { status: 200, body: JSON.stringify(await store.decisions(last)), headers };
};

const listen = async (server: Server, host: string, port: number): Promise<string> => {
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  // An IP server's address is never a string.
  const { address, port: got } = server.address() as AddressInfo;
  return `http://${address.includes(":") ? `[${address}]` : address}:${got}`;
};
