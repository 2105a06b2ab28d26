/** The bot itself, between a stand-in GitHub and a real engine; for the demo and the swarm tests. */
import { join } from "node:path";
import { pino } from "pino";
import { type RunningBot, startBot, WEBHOOKS } from "../../src/bot.ts";
import { readBotConfig, readEngineConfig } from "../../src/config.ts";
import type { Tools } from "../../src/runner/executors.ts";
import { realTools } from "../../src/world.ts";
import type { StandIn } from "./github/stand-in.ts";

export const startRealBot = async (
  github: StandIn,
  /** `tools` may put something in the place of a real edge. */
  parts: { host: string; folder: string; concurrency: number; tools?: (real: Tools) => Tools },
): Promise<RunningBot> => {
  const engine = readEngineConfig({
    PATH: process.env.PATH,
    DOCKER_HOST: parts.host,
    TESTME_DATA: join(parts.folder, "data"),
    CONCURRENCY: String(parts.concurrency),
    PROBE_IMAGE: "testme/fixture:1",
    RESOLVE_IMAGE: "never",
  });
  const bot = readBotConfig({
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: github.webhookSecret,
    GITHUB_API_URL: github.url,
    HOST: "127.0.0.1",
    PORT: "0",
  });
  const real = realTools(engine);
  const tools = parts.tools?.(real) ?? real;
  const running = await startBot({ engine, bot, tools, log: pino({ level: "error" }, pino.destination(2)) });
  github.sendWebhooksTo(`${running.url}${WEBHOOKS}`);
  return running;
};
