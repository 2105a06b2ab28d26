/** The bot's entry: settings, edges, start; SIGTERM and SIGINT end it cleanly. */
import { pino } from "pino";
import { startBot } from "./bot.ts";
import { readConfig, WrongSettings } from "./config.ts";
import { realTools } from "./world.ts";

try {
  const { engine, bot } = readConfig();
  const log = pino({ name: "testme", level: bot.logLevel });
  const running = await startBot({ engine, bot, tools: realTools(engine), log });
  log.info(`listening at ${running.url}, testing on ${engine.dockerHost}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => {
      log.info(`${signal}: ending the runs`);
      void running.stop(`the bot was stopped (${signal})`).then(() => process.exit(0));
    });
} catch (error) {
  console.error(error instanceof WrongSettings ? error.message : error);
  process.exitCode = 1;
}
