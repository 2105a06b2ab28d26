/** One bot after another on the same data folder. What each says goes into one file; only one lives at a time. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const main = join(import.meta.dirname, "../../src/main.ts");

export type Bots = ReturnType<typeof createBots>;

export const createBots = (env: Record<string, string>, logFile: string) => {
  const log = createWriteStream(logFile);
  let child: ChildProcess | null = null;
  let ended: Promise<unknown> = Promise.resolve();
  return {
    /** The address at which it listens; null where it ended before it did. */
    async start(): Promise<string | null> {
      const bot = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "pipe"] });
      child = bot;
      ended = once(bot, "exit");
      bot.stdout.pipe(log, { end: false });
      bot.stderr.pipe(log, { end: false });
      const listening = new Promise<string>((resolve) => {
        createInterface(bot.stdout).on("line", (line) => {
          const url = /listening at (http:\/\/[^, "]+)/.exec(line)?.[1];
          if (url) resolve(url);
        });
      });
      return Promise.race([listening, ended.then(() => null)]);
    },
    /** As the kernel or a power cut does it. */
    async kill(): Promise<void> {
      child?.kill("SIGKILL");
      await ended;
    },
    /** As an administrator does it. Resolves with true when it has ended, with false when that takes longer. */
    async stop(withinMs: number): Promise<boolean> {
      child?.kill("SIGTERM");
      const { promise, resolve } = Promise.withResolvers<false>();
      const timer = setTimeout(resolve, withinMs, false);
      const isEnded = await Promise.race([ended.then(() => true), promise]);
      clearTimeout(timer);
      return isEnded;
    },
    close: (): void => void log.end(),
  };
};
