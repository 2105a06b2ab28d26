/** The bot itself, between a stand-in GitHub and a real engine; for the demo and the swarm tests. */

import { join } from "node:path";
import { pino } from "pino";
import { type RunningBot, startBot, WEBHOOKS } from "../../src/bot.ts";
import { readBotConfig, readEngineConfig } from "../../src/config.ts";
import { botLog } from "../../src/runner/bot-log.ts";
import type { Tools } from "../../src/runner/work.ts";
import type { Fault } from "../../src/verdict/fault.ts";
import { masksOf, openStore, realTools } from "../../src/world.ts";
import { TWO_STAGES } from "./bot-process.ts";
import type { StandIn } from "./github/stand-in.ts";
import { TEST_POLICY } from "./policy.ts";

const fail = (fault: Fault): never => {
  throw fault;
};

export const startRealBot = async (
  github: StandIn,
  /** `tools` may put something in the place of a real edge. */
  parts: {
    host: string;
    folder: string;
    concurrency: number;
    stages?: readonly string[];
    tools?: (real: Tools) => Tools;
  },
): Promise<RunningBot> => {
  const engine = readEngineConfig({
    PATH: process.env.PATH,
    DOCKER_HOST: parts.host,
    TESTME_DATA: join(parts.folder, "data"),
    CONCURRENCY: String(parts.concurrency),
    PROBE_IMAGE: "testme/fixture:1",
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
    STAGES: (parts.stages ?? TWO_STAGES).join(","),
    // The private engine's whole budget is 512M.
    MIN_FREE_MEMORY: "32M",
    POLICY: TEST_POLICY,
  });
  const bot = readBotConfig({
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: github.webhookSecret,
    GITHUB_API_URL: github.url,
    HOST: "127.0.0.1",
    PORT: "0",
  });
  const masks = await masksOf(engine, bot);
  const store = await openStore(engine, fail);
  const real = realTools(engine, store.owner);
  const tools = parts.tools?.(real) ?? real;
  const running = await startBot({
    engine,
    bot,
    tools,
    store,
    masks,
    log: botLog("error", masks.hide, pino.destination(2)),
  });
  github.sendWebhooksTo(`${running.url}${WEBHOOKS}`);
  return running;
};
