/** The bot as a process of its own (src/main.ts), which can be killed like any. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { StageName } from "../../src/stages/stage.ts";
import type { StandIn } from "./github/stand-in.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

export type BotProcess = ReturnType<typeof botProcess>;

export const botProcess = (home: string, env: Record<string, string>) => {
  const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, HOME: home, ...env } });
  const ended = once(child, "exit").then(([code]: unknown[]) => code);
  return {
    child,
    ended,
    stderr: text(child.stderr),
    /** As the kernel or a power cut does it. */
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await ended;
    },
    /** The address that the bot says it listens at. */
    async listening(): Promise<string> {
      let said = "";
      for await (const bytes of child.stdout) {
        said += bytes;
        const url = /listening at (http:\/\/[^, "]+)/.exec(said)?.[1];
        if (url) {
          child.stdout.resume();
          return url;
        }
      }
      throw new Error(`the bot ended, and said: ${said}`);
    },
  };
};

/** What a plain `!testme` takes with these settings. */
export const TWO_STAGES = ["install", "upgrade"] as const satisfies readonly StageName[];

export const settingsFor = (
  { appId, privateKey, webhookSecret, url }: StandIn,
  data: string,
): Record<string, string> => ({
  APP_ID: String(appId),
  PRIVATE_KEY: privateKey.replaceAll("\n", "\\n"),
  WEBHOOK_SECRET: webhookSecret,
  GITHUB_API_URL: url,
  PORT: "0",
  PREFLIGHT_WAIT: "0",
  // Enough for what is told with it: promises, queues, bots that end.
  STAGES: TWO_STAGES.join(","),
  // The private engine's whole budget is 512M.
  MIN_FREE_MEMORY: "32M",
  TESTME_DATA: data,
});
